"""Under which terms something may be used again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Licence(models.TextChoices):
    """Licences by SPDX-like code; the names are their own."""

    CC_BY_4 = "CC-BY-4.0", "CC BY 4.0"
    CC_BY_SA_4 = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    CC_BY_NC_4 = "CC-BY-NC-4.0", "CC BY-NC 4.0"
    CC_BY_NC_ND_4 = "CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0"
    CC_BY_3_IGO = "CC-BY-3.0-IGO", "CC BY 3.0 IGO"
    CC_BY_NC_SA_3_IGO = "CC-BY-NC-SA-3.0-IGO", "CC BY-NC-SA 3.0 IGO"
    CC_BY_NC_ND_3_IGO = "CC-BY-NC-ND-3.0-IGO", "CC BY-NC-ND 3.0 IGO"
    CC0 = "CC0-1.0", "CC0 1.0"
    PUBLIC_DOMAIN = "public-domain", _("Public domain")
    ALL_RIGHTS = "all-rights-reserved", _("All rights reserved")

    @property
    def url(self) -> str:
        """The licence's own page, empty where there is none."""
        if self.value.startswith("CC-"):
            kind, version = self.value[3:].removesuffix("-IGO").rsplit("-", 1)
            ported = "igo/" if self.value.endswith("-IGO") else ""
            return f"https://creativecommons.org/licenses/{kind.lower()}/{version}/{ported}"
        if self is Licence.CC0:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        return ""
