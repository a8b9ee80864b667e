"""Production: everything comes from the environment, and what is missing stops the start.

Required: ``SECRET_KEY``, ``DATABASE_URL`` (PostgreSQL), ``SITE_URL`` (https), ``ALLOWED_HOSTS``,
``EMAIL_URL``, ``CACHE_URL``, ``MEDIA_BUCKET`` (S3-compatible storage; its address and
credentials through the variables of the AWS client libraries).
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import STORAGES, env, mail_settings

DEBUG = False
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
WAGTAILADMIN_BASE_URL = env("SITE_URL")
if urlsplit(WAGTAILADMIN_BASE_URL).scheme != "https":
    raise ImproperlyConfigured("SITE_URL must be an https address.")
CSRF_TRUSTED_ORIGINS = [WAGTAILADMIN_BASE_URL.rstrip("/")]

DATABASES = {
    "default": {
        **env.db("DATABASE_URL"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    raise ImproperlyConfigured("DATABASE_URL must be a postgres:// address in production.")

CACHES = {"default": env.cache("CACHE_URL")}
globals().update(mail_settings(env("EMAIL_URL")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("MAIL_FROM", default=f"cpmg@{ALLOWED_HOSTS[0]}")

STORAGES = STORAGES | {  # type: ignore[assignment]
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("MEDIA_BUCKET"),
            "endpoint_url": env("MEDIA_ENDPOINT", default=None),
            "default_acl": "private",
            "querystring_auth": True,
        },
    }
}
MEDIA_IMAGES_SERVED = False

#: Mail, index and files are the business of ``manage.py worker``.
DRAIN_AFTER_COMMIT = env.bool("DRAIN_AFTER_COMMIT", default=False)

#: How many proxies of ours stand before this process: the limits on attempts count by the
#: reader's address, which the outermost of them writes.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", default=1)

#: The admin shows its previews in a frame of its own origin, which W019 advises against.
SILENCED_SYSTEM_CHECKS = ["security.W019"]

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
