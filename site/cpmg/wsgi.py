"""The WSGI entry point: ``gunicorn --pythonpath site cpmg.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpmg.settings.production")
application = get_wsgi_application()
