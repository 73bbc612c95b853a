from importlib.util import find_spec

from django.urls import include, path

urlpatterns = [path("1c/", include("django_onec_exchange.urls"))]

if find_spec("cml"):
    # Not include("cml.urls"): that module imports django.conf.urls.re_path, which Django has no more.  Nothing
    # else of django-cml 0.4.0 fails on today's Django; the view is its own.
    from cml.views import front_view

    urlpatterns.append(path("cml/exchange", front_view))
