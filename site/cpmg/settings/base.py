"""What every way of running the platform has in common."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .machines import machine_translator

env = environ.Env()

ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "site"
#: Everything that running the platform writes: database, media, static files, keys.
VAR = Path(env("CPMG_VAR", default=str(ROOT / "var"))).resolve()

INSTALLED_APPS = [
    # Ours, from the top of the import direction to its base: a template of a higher
    # app wins over one of a lower app, and all win over Wagtail's.
    "cpmg",
    "search",
    "repository",
    "networks",
    "pages",
    "cpmg.users",
    "cpmg.webhooks",
    "cpmg.mail",
    # Wagtail
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "cpmg.users.apps.AdministrationConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.api.v3",
    "wagtail",
    # Accounts
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ninja",
    "corsheaders",
    "modelcluster",
    "taggit",
    "django_filters",
    # Django
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pages.api.gate.MethodMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "repository.usage.counting.UsageMiddleware",
    "pages.caching.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cpmg.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pages.api.gate.ApiMiddleware",
    "cpmg.bodies.BodyLimitMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cpmg.users.middleware.SecondFactorMiddleware",
    "pages.doors.RoomsMiddleware",
    "pages.previewing.FrontEndMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pages.redirects.RedirectMiddleware",
]

ROOT_URLCONF = "cpmg.urls"
WSGI_APPLICATION = "cpmg.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.navigation.navigation",
            ],
        },
    },
]

# Database ---------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People -----------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"

ACCOUNT_ADAPTER = "cpmg.users.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"membership_request": "10/h/ip"}
ACCOUNT_FORMS = {
    "add_email": "cpmg.users.forms.AddEmailForm",
    "change_password": "cpmg.users.forms.ChangePasswordForm",
    "login": "cpmg.users.forms.LoginForm",
    "reauthenticate": "cpmg.users.forms.ReauthenticateForm",
    "reset_password": "cpmg.users.forms.ResetPasswordForm",
    "reset_password_from_key": "cpmg.users.forms.ResetPasswordKeyForm",
    "set_password": "cpmg.users.forms.SetPasswordForm",
}

#: Whether the admin opens only to people who sign in with an authenticator app.
MFA_REQUIRED = True
MFA_ADAPTER = "cpmg.users.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "CPMG"
MFA_FORMS = {
    "activate_totp": "cpmg.users.forms.ActivateForm",
    "authenticate": "cpmg.users.forms.SecondFactorForm",
    "reauthenticate": "cpmg.users.forms.SecondFactorAgainForm",
}

SOCIALACCOUNT_ADAPTER = "cpmg.users.adapters.SocialAccountAdapter"
#: The organisation's word on who owns an address is taken, if it says that it verified it.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict = {}
OIDC = {name: env(f"OIDC_{name}", default="") for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
if all(OIDC.values()):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": env("OIDC_NAME", default="OpenID Connect"),
                "client_id": OIDC["CLIENT_ID"],
                "secret": OIDC["CLIENT_SECRET"],
                "settings": {"server_url": OIDC["ISSUER"].rstrip("/")},
            }
        ],
    }
elif any(OIDC.values()):
    missing = ", ".join(f"OIDC_{name}" for name, value in OIDC.items() if not value)
    raise ImproperlyConfigured(f"Sign-in through OpenID Connect also needs {missing}.")

#: Whether `manage.py demo_people` may make people whose passwords it prints.
DEMO_PEOPLE_ALLOWED = False

# Mail -------------------------------------------------------------------------------

#: Whoever writes mail, writes into the queue; it sends through ``MAIL_BACKEND``.
EMAIL_BACKEND = "cpmg.mail.backends.QueueBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("MAIL_FROM", default="cpmg@localhost")
#: Whom readers and front ends may write to.
CONTACT_EMAIL = env("CONTACT_EMAIL", default=DEFAULT_FROM_EMAIL)
#: Seconds for each step of the conversation with the mail server.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
#: The folder of ``filemail://``.
MAIL_FOLDER = ""


def mail_settings(url: str) -> dict:
    """What ``EMAIL_URL`` says: ``smtp://``, ``smtp+tls://``, ``smtp+ssl://``, ``consolemail://``,
    or ``filemail:///folder``."""
    found = env.email_url_config(url)
    backend = found.pop("EMAIL_BACKEND")
    kind = backend.split(".")[-2]
    if kind == "smtp":
        backend = "cpmg.mail.backends.SMTPBackend"
        tls, ssl = found.get("EMAIL_USE_TLS"), found.get("EMAIL_USE_SSL")
        found["EMAIL_PORT"] = found["EMAIL_PORT"] or (587 if tls else 465 if ssl else 25)
    elif kind == "filebased":
        backend = "cpmg.mail.backends.FileBackend"
        found["MAIL_FOLDER"] = urlsplit(url).path
    return found | {"MAIL_BACKEND": backend}


# Languages --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en", _("English")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("nl", _("Dutch")),
]
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
LOCALE_PATHS = [SITE / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["cpmg.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
WAGTAIL_I18N_ENABLED = True
#: Moderated types have no other road to publication than their workflow, so translating
#: copies text into drafts and never publishes.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAIL_LOCALIZE_DEFAULT_TRANSLATION_MODE = "simple"
#: Machine translation is off unless the environment names a machine: libretranslate or deepl.
WAGTAILLOCALIZE_MACHINE_TRANSLATOR = machine_translator(
    env("MACHINE_TRANSLATOR", default=""),
    env("MACHINE_TRANSLATOR_URL", default=""),
    env("MACHINE_TRANSLATOR_KEY", default=""),
)

# Files ------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [SITE / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_HANDLERS = [
    "cpmg.bodies.FileLimitHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
#: Bytes of a request: several files at once, and a form of somebody who is not signed in.
MAX_BODY = 120 * 1024 * 1024
MAX_BODY_OF_STRANGERS = 3 * 1024 * 1024

# Wagtail ----------------------------------------------------------------------------

WAGTAIL_SITE_NAME = _("Caribbean Platform for Migration Governance")
WAGTAILADMIN_BASE_URL = env("SITE_URL", default="http://localhost:8000")
WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT = 10
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
#: Password and e-mail address are changed on the reader site, for everybody in the same way.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
#: At the end of a review the revision that was approved is published, and no newer one.
WAGTAIL_FINISH_WORKFLOW_ACTION = "repository.finish.publish_approved"
WAGTAILEMBEDS_FINDERS: list[dict] = []
WAGTAILSEARCH_BACKENDS = {
    "default": {
        "BACKEND": "wagtail.search.backends.database",
        "AUTO_UPDATE": True,
        # PostgreSQL: four languages, so no language's own stemming and stop words.
        "SEARCH_CONFIG": "simple",
    }
}
WAGTAILDOCS_EXTENSIONS = [
    "csv",
    "docx",
    "html",
    "odt",
    "pdf",
    "pptx",
    "txt",
    "xlsx",
    "zip",
]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAILDOCS_DOCUMENT_FORM_BASE = "repository.files.forms.DocumentForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
#: Where the virus scanner listens: tcp://host:3310 or unix:///path. Without it nothing is scanned.
CLAMD_URL = env("CLAMD_URL", default="")
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 60_000_000
WAGTAILAPI_LIMIT_MAX = 100
WAGTAILAPI_RICH_TEXT_FORMAT = "html"
TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = True

# The API ----------------------------------------------------------------------------

#: Requests and seconds: of each reader's address without a token, and of each person with one.
API_RATES = {
    "anonymous": (env.int("API_RATE_ANONYMOUS", default=600), 60),
    "person": (env.int("API_RATE_PERSON", default=6000), 60),
}
#: A front end elsewhere, as https://front.example.org: drafts and live pages are looked at there.
FRONT_END_URL = env("FRONT_END_URL", default="")
#: Front ends elsewhere whose scripts may use the API in a browser, as https://front.example.org.
CORS_ALLOWED_ORIGINS = env.list("CORS_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
#: They bring tokens; the cookies of the reader site are for the reader site.
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = [
    *("accept", "accept-language", "authorization", "content-type"),
    *("if-match", "if-none-match", "if-modified-since", "idempotency-key"),
]
CORS_EXPOSE_HEADERS = [
    *("content-language", "etag", "last-modified", "link", "location"),
    *("ratelimit", "ratelimit-policy", "retry-after", "www-authenticate"),
]

# Webhooks ---------------------------------------------------------------------------

#: Whether messages may go to http addresses, and to those of internal networks.
WEBHOOKS_MAY_USE_HTTP = False
WEBHOOKS_MAY_GO_INSIDE = False

# Search -----------------------------------------------------------------------------

#: The engine behind ``search.search``; see ``search/engines``.
SEARCH_ENGINE = env("SEARCH_ENGINE", default="database")
ELASTICSEARCH_URL = env("ELASTICSEARCH_URL", default="")
#: The alias of the index in Elasticsearch; installations that share a server each name their own.
SEARCH_INDEX = env("SEARCH_INDEX", default="publications")

# Harvesting -------------------------------------------------------------------------

#: What identifiers of records are made with; the host of the site if it is not said. It may not
#: change when the site moves.
OAI_DOMAIN = env("OAI_DOMAIN", default="")
#: Whom harvesters write to.
OAI_ADMIN_EMAIL = env("OAI_ADMIN_EMAIL", default="cpmg@localhost.localdomain")

# DOIs -------------------------------------------------------------------------------

#: Who registers DOIs for publications: ``datacite``. Off unless the environment names one.
DOI_REGISTRAR = env("DOI_REGISTRAR", default="")
#: The prefix that the registrar gave to this repository: 10.5072.
DOI_PREFIX = env("DOI_PREFIX", default="")
#: DataCite's address; its test system is at https://api.test.datacite.org.
DATACITE_URL = env("DATACITE_URL", default="https://api.datacite.org")
#: The number and the password of the repository at DataCite.
DATACITE_REPOSITORY = env("DATACITE_REPOSITORY", default="")
DATACITE_PASSWORD = env("DATACITE_PASSWORD", default="")

# Usage ------------------------------------------------------------------------------

#: The header in which a proxy in front names the reader's country (CF-IPCountry), which it must
#: set or take away in each request. Without it countries are not known.
COUNTRY_HEADER = env("COUNTRY_HEADER", default="")
#: Seconds between two writings of what was counted.
USAGE_WRITE_SECONDS = env.float("USAGE_WRITE_SECONDS", default=5)

# Queues -----------------------------------------------------------------------------

#: Whether web processes work off the queues after a commit, beside ``manage.py worker``.
DRAIN_AFTER_COMMIT = env.bool("DRAIN_AFTER_COMMIT", default=True)

# Safety -----------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
#: The reader site runs its own script and nothing else. An explored
#: chart brings its style.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/", "/api/v3/docs"),
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "https:"],  # uploads may lie in other storage
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
    },
}
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the admin shows its previews in a frame

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # One line for each request to Elasticsearch, with its host, is too much.
    "loggers": {"elastic_transport": {"level": "ERROR"}},
}
