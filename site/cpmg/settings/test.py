"""The embedded settings, made quick and quiet; ``DATABASE_URL`` picks the database."""

import tempfile
from pathlib import Path

from .embedded import *  # noqa: F403
from .embedded import DATABASES, STORAGES, env

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
_media = tempfile.TemporaryDirectory(prefix="cpmg-media-")  # as long as the process
MEDIA_ROOT = Path(_media.name)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
#: Tests run in transactions that never commit, so the version of the content stands still.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
#: No thread: a test drains a queue where it says so.
DRAIN_AFTER_COMMIT = False
#: Nor one that writes what was counted.
USAGE_WRITE_SECONDS = 0
DATABASES["default"].pop("CONN_MAX_AGE", None)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": env("LOG_LEVEL", default="ERROR")},
}
