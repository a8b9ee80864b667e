"""The OpenAPI document of the whole API, completed.

Ninja writes down what each operation takes and gives. What is the same for all is added here once:
who may use an operation, the errors as problem+json, the headers of limits and of caching, and
examples, which are made from the schemas where nobody wrote one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.utils.translation import override
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema, get_schema
from ninja.responses import NinjaJSONEncoder

from cpmg.users.models import Scope
from pages.api.auth import Auth
from pages.api.reading import PARTIAL_JSON, PROBLEM

Document = dict[str, Any]
PROBLEM_JSON = "application/problem+json"
SCHEMA_REF = "#/components/schemas/"

#: The errors by status: name of the response, what it means, and an example's detail.
ERRORS: dict[str, tuple[str, str, str]] = {
    "400": (
        "BadRequest",
        "Something in the request is unknown or malformed; `errors` names each.",
        "yeer is not a parameter here. Valid: country, theme, year_from, year_to, locale.",
    ),
    "401": (
        "Unauthorised",
        "The token is not valid, has expired or was revoked, or somebody must be known and nobody"
        " is. `WWW-Authenticate` says which.",
        "This token has expired.",
    ),
    "403": (
        "Forbidden",
        "The person may not do this, or the token lacks the scope.",
        "This token lacks the scope “submit”.",
    ),
    "404": (
        "NotFound",
        "Missing, not published, or not for this reader: the three look alike.",
        "There is nothing here.",
    ),
    "409": (
        "Conflict",
        "It can't be done in the state in which it is.",
        "This submission can't be changed now: In review.",
    ),
    "412": (
        "PreconditionFailed",
        "It was changed since the version that `If-Match` names.",
        "It was changed meanwhile. Read it again.",
    ),
    "413": (
        "TooLarge",
        "More than can be sent at once.",
        "This is more than can be sent at once: the limit is 50.0 MB.",
    ),
    "428": (
        "PreconditionRequired",
        "Say by `If-Match` which version you have seen.",
        "Send If-Match with the ETag of what you have read.",
    ),
    "429": (
        "TooManyRequests",
        "Too many requests. `Retry-After` says how many seconds to wait.",
        "Too many requests. Wait 12 seconds.",
    ),
}

HEADERS: Document = {
    "RateLimit": {
        "description": "What is left in the running window, by"
        " draft-ietf-httpapi-ratelimit-headers: requests and seconds.",
        "schema": {"type": "string"},
        "example": '"anonymous";r=599;t=42',
    },
    "RateLimit-Policy": {
        "description": "How many requests in how many seconds.",
        "schema": {"type": "string"},
        "example": '"anonymous";q=600;w=60',
    },
    "ETag": {
        "description": "Send it back as `If-None-Match`: what is unchanged is answered with 304.",
        "schema": {"type": "string"},
        "example": '"5c7a1f0e9b3d4c2a8e6f7b1d0c9a8e7f"',
    },
}
SECURITY_SCHEMES: Document = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "wagtail_…",
        "description": "A token that a person made in their profile, or an administrator in the"
        " admin. The names in an operation's security are the scopes that it needs: "
        + ", ".join(f"`{code}` ({Scope(code).name.lower()})" for code in Scope.values)
        + ".",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "The session of somebody who is signed in on the reader site.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": "With a session, for what changes something: the value of the cookie"
        " `csrftoken`.",
    },
}

#: What Wagtail's own operations do, which say nothing themselves: by the end of their id.
_ENDS = {
    "_list": "Lists what is there, page by page: `count` of all, and the `items`.",
    "_detail": "One of them, with all its fields.",
    "_create": "Makes a new one, as the form of the admin does, with its checks.",
    "_update": "Changes the fields that are sent; with PUT all of them.",
    "_delete": "Deletes it for good.",
    "_revisions_list": "The versions that were saved, the newest first.",
    "_revisions_detail": "One saved version, with its content.",
    "_actions_publish": "Publishes the latest version.",
    "_actions_unpublish": "Takes it from the reader site; its content stays.",
    "_actions_copy": "Copies it, with what is below it if wanted.",
    "_actions_move": "Moves it with everything below it; its translations follow.",
    "_actions_delete": "Deletes it and everything below it.",
    "_actions_revert": "Saves an earlier version as the latest one.",
    "_actions_convert_alias": "Makes a page of its own of an alias.",
    "_actions_create_alias": "Makes a page that always shows what another one does.",
    "_actions_copy_for_translation": "Makes a copy in another language, to be translated.",
}
_DESCRIPTIONS = {
    "pages_list": "Wagtail's list of pages with their common fields: what everybody may read, or"
    " with a token what its owner may edit. For front ends `/content/` gives more.",
    "pages_find": "Leads to the page at a path of the reader site, in any of the languages.",
    "schema_list": "The kinds of pages and snippets that can be written.",
    "schema_detail": "What a kind takes and gives, as JSON Schema.",
    "whoami": "Who the token belongs to.",
    "redirects_find": "Where an old address leads now.",
}
_TAGS = {
    "pages": "Wagtail's own operations on pages",
    "snippets": "Wagtail's own operations on vocabularies",
    "images": "Wagtail's own operations on images",
    "documents": "Wagtail's own operations on files",
    "redirects": "Old addresses, and where they lead",
    "sites": "Wagtail's own operations on sites",
    "schema": "What can be written by Wagtail's operations",
    "auth": "Who one is",
}


def describe(api: NinjaAPI) -> None:
    """Has ``api`` give the completed document."""

    def get_openapi_schema(
        *, path_prefix: str | None = None, path_params: Document | None = None
    ) -> OpenAPISchema:
        return document(path_prefix or api.get_root_path(path_params or {}))

    @cache
    def document(path_prefix: str) -> Any:
        with override("en"):
            made = json.loads(json.dumps(get_schema(api, path_prefix), cls=NinjaJSONEncoder))
            return completed(made, security_of(api))

    api.get_openapi_schema = get_openapi_schema  # type: ignore[method-assign]


def security_of(api: NinjaAPI) -> dict[str, Any]:
    """By operation id: who may use it, as OpenAPI says it."""
    found: dict[str, Any] = {}
    for router in api._get_bound_routers():
        for path_view in router.path_operations.values():
            for operation in path_view.operations:
                ways: list[Any] = []
                for auth in operation.auth_callbacks:
                    if isinstance(auth, Auth):
                        ways += auth.security(operation.methods[0])
                name = operation.operation_id or api.get_openapi_operation_id(operation)
                found[name] = ways or [{}]
    return found


def completed(document: Document, security: dict[str, Any]) -> Document:
    document["servers"] = [{"url": "/", "description": "This platform"}]
    components = document["components"]
    schemas = components["schemas"]
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = SECURITY_SCHEMES
    components["headers"] = HEADERS
    components["responses"] = {
        name: _error(status, meaning, detail) for status, (name, meaning, detail) in ERRORS.items()
    }
    components["responses"]["NotModified"] = {
        "description": "It is as it was when the `ETag` was given.",
    }
    for path, method, operation in operations(document):
        operation["security"] = security[operation["operationId"]]
        operation.setdefault("description", _description(operation))
        _add_errors(path, method, operation)
        _hoist(operation, schemas)
        _add_parts(operation, schemas)
        _add_headers(method, operation)
    for _path, _method, operation in operations(document):
        _add_examples(operation, schemas)
    used = {tag for _p, _m, operation in operations(document) for tag in operation.get("tags", [])}
    document["tags"] = [
        {"name": tag, "description": _TAGS.get(tag, tag.capitalize())} for tag in sorted(used)
    ]
    return document


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _error(status: str, meaning: str, detail: str) -> Document:
    titles = {"401": "Unauthorized", "413": "Content Too Large", "429": "Too Many Requests"}
    name = ERRORS[status][0]
    title = titles.get(status, "".join(f" {c}" if c.isupper() else c for c in name).strip())
    example: Document = {
        "type": "about:blank",
        "title": title,
        "status": int(status),
        "detail": detail,
    }
    if status == "400":
        example["errors"] = [{"loc": ["query", "yeer"], "msg": detail}]
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _LIMITS}
    if status == "429":
        headers["Retry-After"] = {"schema": {"type": "integer"}, "example": 12}  # type: ignore[dict-item]
    if status == "401":
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}  # type: ignore[dict-item]
    content = {PROBLEM_JSON: {"schema": {"$ref": f"{SCHEMA_REF}Problem"}, "example": example}}
    return {"description": meaning, "headers": headers, "content": content}


_LIMITS = ("RateLimit", "RateLimit-Policy")


def _description(operation: Document) -> str:
    name = operation["operationId"]
    if name in _DESCRIPTIONS:
        return _DESCRIPTIONS[name]
    ends = [end for end in _ENDS if name.endswith(end)]
    return _ENDS[max(ends, key=len)] if ends else f"{operation['summary']}."


def _add_errors(path: str, method: str, operation: Document) -> None:
    """The errors that can come, beside those that the operation names itself."""
    wanted = {"400", "401", "429"}
    if {} not in operation["security"]:
        wanted.add("403")
    finds = path.endswith(("/find/", "/preview/")) or operation["operationId"] == "pages_list"
    if "{" in path or finds or method != "get":
        wanted.add("404")
    if "requestBody" in operation:
        wanted.add("413")
    responses = operation["responses"]
    if operation["operationId"] == "pages_find":
        responses.pop("200", None)
        where = {"schema": {"type": "string"}, "example": "/api/v3/pages/12/"}
        responses["302"] = {
            "description": "`Location` is the page.",
            "headers": {"Location": where},
        }
    for status in ERRORS:
        if status in wanted or PROBLEM_JSON in responses.get(status, {}).get("content", {}):
            responses[status] = {"$ref": f"#/components/responses/{ERRORS[status][0]}"}
    if method == "get":
        responses["304"] = {"$ref": "#/components/responses/NotModified"}
    operation["responses"] = dict(sorted(responses.items()))


def _hoist(operation: Document, schemas: Document) -> None:
    """Puts definitions that lie inside of a body's schema beside all others."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        definitions = media["schema"].pop("$defs", None)
        if not definitions:
            continue
        text = json.dumps({"schema": media["schema"], "definitions": definitions})
        for name in definitions:
            for ref in _refs(json.loads(text)):
                if ref.endswith(f"/$defs/{name}"):
                    text = text.replace(json.dumps(ref), json.dumps(SCHEMA_REF + name))
        moved = json.loads(text)
        media["schema"] = moved["schema"]
        schemas.update(moved["definitions"])


def _refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            elif name == "mapping":
                yield from value.values()
            yield from _refs(value)
    elif isinstance(part, list):
        for value in part:
            yield from _refs(value)


def _add_parts(operation: Document, schemas: Document) -> None:
    """What an answer is when ``fields`` chooses: the same, and nothing required."""
    if not any(parameter["name"] == "fields" for parameter in operation["parameters"]):
        return
    content = operation["responses"]["200"]["content"]
    whole = content["application/json"]["schema"]
    if whole.get("type") == "array":
        part: Document = {"type": "array", "items": _part(whole["items"], schemas)}
    else:
        listed = schemas[whole["$ref"].removeprefix(SCHEMA_REF)]["properties"].get("items")
        part = _part(whole, schemas, keep=bool(listed))
        if listed:
            properties = schemas[part["$ref"].removeprefix(SCHEMA_REF)]["properties"]
            properties["items"] = {**listed, "items": _part(listed["items"], schemas)}
    content[PARTIAL_JSON] = {"schema": part}


def _part(ref: Document, schemas: Document, *, keep: bool = False) -> Document:
    name = ref["$ref"].removeprefix(SCHEMA_REF)
    if f"{name}Part" not in schemas:
        copy = json.loads(json.dumps(schemas[name]))
        if not keep:
            copy.pop("required", None)
        schemas[f"{name}Part"] = {**copy, "title": f"{name}Part"}
    return {"$ref": f"{SCHEMA_REF}{name}Part"}


def _add_headers(method: str, operation: Document) -> None:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            names = [*_LIMITS, *(["ETag"] if method == "get" else [])]
            headers = response.setdefault("headers", {})
            for name in names:
                headers.setdefault(name, {"$ref": f"#/components/headers/{name}"})


# Examples ---------------------------------------------------------------------------------

#: Values for fields that say nothing better, by their names.
_BY_NAME: Document = {
    "id": 276,
    "title": "Regional consultation on free movement",
    "name": "Jamaica",
    "code": "JM",
    "locale": "en",
    "language": "en",
    "url": "https://example.org/en/events/regional-consultation/",
    "html_url": "https://example.org/en/events/regional-consultation/",
    "detail_url": "https://example.org/api/v3/pages/276/",
    "slug": "regional-consultation",
    "summary": "Eighteen countries and territories took part.",
    "email": "name@example.org",
    "count": 1,
    "year": 2019,
    "month": 6,
    "key": "3f6c1f0a-6d0e-4c53-9a57-0f5a3a1d9c11",
    "width": 1200,
    "height": 800,
    "type": "pages.ContentPage",
    "old_path": "/en/old-address",
    "link": "https://example.org/en/",
    "hostname": "example.org",
    "port": 443,
    "html": "<p>Eighteen countries and territories took part.</p>",
}
_BY_FORMAT = {
    "date": "2019-06-06",
    "date-time": "2026-01-31T12:00:00Z",
    "uuid": "3f6c1f0a-6d0e-4c53-9a57-0f5a3a1d9c11",
    "uri": "https://example.org/",
    "email": "name@example.org",
    "binary": "…",
}


def _add_examples(operation: Document, schemas: Document) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for kind, media in body.get("content", {}).items():
            if "example" in media or "examples" in media or "json" not in kind:
                continue
            schema = media.get("schema", {})
            if "example" in schema:
                media["example"] = schema["example"]
            else:
                media["example"] = example_of(schema, schemas)


def example_of(schema: Any, schemas: Document, name: str = "", depth: int = 0) -> Any:
    """A value that ``schema`` allows, as telling as the schema is."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        inner = schemas.get(schema["$ref"].removeprefix(SCHEMA_REF), {})
        return example_of(inner, schemas, name, depth + 1)
    for given in ("const", "example"):
        if given in schema:
            return schema[given]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            parts = [part for part in schema[union] if part.get("type") != "null"]
            return example_of(parts[0], schemas, name, depth) if parts else None
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or "properties" in schema:
        return _example_of_object(schema, schemas, depth)
    if kind == "array":
        inner = schema.get("items", {})
        return [] if depth > 8 else [example_of(inner, schemas, name.removesuffix("s"), depth + 1)]
    return _example_of_value(schema, kind, name)


def _example_of_object(schema: Document, schemas: Document, depth: int) -> Any:
    if depth > 8:
        required = schema.get("required", [])
        given = {n: p for n, p in schema.get("properties", {}).items() if n in required}
    else:
        given = schema.get("properties", {})
    made = {n: example_of(part, schemas, n, depth + 1) for n, part in given.items()}
    more = schema.get("additionalProperties")
    if not made and isinstance(more, dict):
        made = {"title": example_of(more, schemas, "title", depth + 1)}
    return made


def _example_of_value(schema: Document, kind: Any, name: str) -> Any:
    if kind == "null" or kind is None:
        return None if kind == "null" else "…"
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    known = _BY_NAME.get(name)
    if kind == "boolean":
        return bool(schema.get("default", False))
    if kind in ("integer", "number"):
        if isinstance(known, int):
            return known
        return schema.get("default", max(1, schema.get("minimum", 1)))
    if isinstance(known, str) and len(known) <= schema.get("maxLength", 1000):
        return known
    return schema.get("default") or ("…" * max(1, schema.get("minLength", 1)))
