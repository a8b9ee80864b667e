"""A map: what is mounted where."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from cpmg import health
from cpmg.api import api
from cpmg.mail import urls as mail_urls
from cpmg.users import urls as users_urls
from cpmg.users import views as users_views
from networks import urls as networks_urls
from networks.forum import urls as forum_urls
from pages import formats, sitemaps
from pages import views as pages_views
from pages.api import nothing_here
from repository import documents
from repository import urls as repository_urls
from repository.views import uploads
from search import urls as search_urls

urlpatterns = [
    path("health/", health.health, name="health"),
    path("", include(users_urls)),
    path("mail/", include(mail_urls)),
    path("", include(search_urls)),
    path("", include(repository_urls)),
    path("", include(networks_urls)),
    path("admin/login/", users_views.sign_in),
    path("admin/password_reset/", users_views.new_password),
    path("admin/", include(wagtailadmin_urls)),
    re_path(r"^documents/(\d+)/thumbnail/$", documents.thumbnail, name="document_thumbnail"),
    re_path(r"^documents/(\d+)/(.*)$", documents.serve, name="wagtaildocs_serve"),
    path("uploads/", uploads.uploads, name="uploads"),
    path("uploads/<uuid:key>/", uploads.upload, name="upload"),
    path("api/v3/", api.urls),
    re_path(r"^api/.*/$", nothing_here),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:language>.xml", sitemaps.of_language, name="sitemap_of_language"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("", pages_views.lead_to_language),
]

if settings.MEDIA_IMAGES_SERVED:
    urlpatterns += [
        re_path(
            r"^media/(?P<path>(?:images|original_images)/(?!.*\.\.).*)$",
            serve,
            {"document_root": settings.MEDIA_ROOT},
        )
    ]

urlpatterns += [
    re_path(r"^media/", documents.refuse),
]

urlpatterns += i18n_patterns(
    *search_urls.in_language,
    *users_urls.in_language,
    *networks_urls.in_language,
    *repository_urls.in_language,
    *forum_urls.in_language,
    path("_util/login/", users_views.sign_in),
    *formats.in_language,
    path("", include(wagtail_urls)),
)

handler400 = "cpmg.bodies.refused"
handler404 = "pages.views.page_not_found"
handler500 = "pages.views.server_error"
