from django.apps import AppConfig


class CpmgConfig(AppConfig):
    name = "cpmg"
    verbose_name = "CPMG"
