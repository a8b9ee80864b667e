"""Without a language: the address lies in letters, and its page is in the person's language."""

from django.urls import path

from . import views

urlpatterns = [
    path("unsubscribe/<str:token>/", views.unsubscribe, name="mail_unsubscribe"),
]
