"""The default: one process, SQLite, local files, database search, mail to the console."""

from django.core.management.utils import get_random_secret_key

from .base import *  # noqa: F403
from .base import VAR, env, mail_settings

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORT = env.int("PORT", default=8000)
WAGTAILADMIN_BASE_URL = env("SITE_URL", default=f"http://localhost:{PORT}")


def _secret_key() -> str:
    """A key of this installation's own, made on its first start."""
    path = VAR / "secret-key"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


SECRET_KEY = env("SECRET_KEY", default="") or _secret_key()

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000;"
            "PRAGMA cache_size=-32000;"
        ),
        "transaction_mode": "IMMEDIATE",
    }

#: Uploaded images are read by everybody, so this process hands them out itself.
MEDIA_IMAGES_SERVED = True
#: A newcomer enters with the password of the first start; docs/accounts.md says what to do next.
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=False)
DEMO_PEOPLE_ALLOWED = True
WEBHOOKS_MAY_USE_HTTP = True
globals().update(mail_settings(env("EMAIL_URL", default="consolemail://")))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
