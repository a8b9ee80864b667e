"""DataCite's REST API: JSON:API over HTTPS, the repository's number and password by HTTP Basic.

Source: support.datacite.org, "The REST API" and "DOI states". A DOI is made with ``POST /dois`` and
changed with ``PUT /dois/{doi}``; the events ``publish`` and ``hide`` move it between its states
``draft``, ``registered`` and ``findable``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests
from django.utils.translation import gettext as _
from requests.auth import HTTPBasicAuth

from .errors import RegistrarError

MEDIA_TYPE = "application/vnd.api+json"
#: Seconds for the connection, and for each part of the answer.
TIMEOUT = (5, 20)
#: Characters of the registrar's own words that are shown.
MOST = 300


class DataCite:
    def __init__(self, url: str, repository: str, password: str, prefix: str) -> None:
        self.url, self.prefix = url.rstrip("/"), prefix
        self._repository, self._password = repository, password

    def draft(self, doi: str, metadata: dict[str, Any]) -> None:
        try:
            self._ask("POST", "/dois", doi, metadata | {"doi": doi})
        except RegistrarError as error:
            if error.status != 422 or not self._is_ours(doi):
                raise  # otherwise it was made before, by a request whose answer got lost

    def publish(self, doi: str, metadata: dict[str, Any]) -> None:
        self._put(doi, metadata | {"event": "publish"}, "findable")

    def update(self, doi: str, metadata: dict[str, Any]) -> None:
        self._put(doi, metadata, "findable")

    def hide(self, doi: str) -> None:
        self._put(doi, {"event": "hide"}, "registered")

    def _put(self, doi: str, attributes: dict[str, Any], state: str) -> None:
        found = self._ask("PUT", _path(doi), doi, attributes)
        if found["attributes"].get("state") != state:
            raise RegistrarError(_("DataCite did not confirm the state of the DOI."))

    def _is_ours(self, doi: str) -> bool:
        try:
            found = self._ask("GET", _path(doi), doi)
        except RegistrarError as error:
            if error.is_final:
                return False
            raise
        try:
            owner = found["relationships"]["client"]["data"]["id"]
        except (KeyError, TypeError):
            return False
        return str(owner).lower() == self._repository.lower()

    def _ask(
        self, method: str, path: str, doi: str, attributes: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """What DataCite says about ``doi``."""
        about = {"type": "dois", "id": doi, "attributes": attributes}
        try:
            response = requests.request(
                method,
                self.url + path,
                json={"data": about} if attributes is not None else None,
                auth=HTTPBasicAuth(self._repository.encode(), self._password.encode()),
                headers={
                    "Accept": MEDIA_TYPE,
                    "Content-Type": MEDIA_TYPE,
                    "User-Agent": "CPMG-DOI/1.0",
                },
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.Timeout:
            raise RegistrarError(_("DataCite did not answer in time.")) from None
        except requests.RequestException:
            raise RegistrarError(_("DataCite can’t be reached.")) from None
        if not 200 <= response.status_code < 300:
            raise _refusal(response)
        try:
            found = response.json()["data"]
            if str(found["id"]).lower() != doi or not isinstance(found["attributes"], dict):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise RegistrarError(
                _("DataCite’s answer can’t be read."), status=response.status_code
            ) from None
        return dict(found)


def _path(doi: str) -> str:
    return f"/dois/{quote(doi, safe='/')}"


def _refusal(response: requests.Response) -> RegistrarError:
    status = response.status_code
    if status in (401, 403):
        message = _("DataCite does not accept the repository, its password or prefix (%(status)s).")
    elif status == 422:
        message = _("DataCite does not accept the metadata (%(status)s).")
    elif status == 429:
        message = _("DataCite was asked too often (%(status)s).")
    else:
        message = _("DataCite answered %(status)s.")
    message %= {"status": status}
    if said := _words(response):
        message += " " + said
    passing = status in (408, 425, 429) or status >= 500
    wait = response.headers.get("Retry-After", "")
    after = float(wait) if passing and wait.isdecimal() else None
    return RegistrarError(message, status=status, is_final=not passing, after=after)


def _words(response: requests.Response) -> str:
    """What DataCite itself says is wrong."""
    try:
        errors = response.json()["errors"]
        said = [
            ": ".join(str(one[name]) for name in ("source", "title") if one.get(name))
            for one in errors
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return " · ".join(filter(None, said)).replace("\0", "")[:MOST]
