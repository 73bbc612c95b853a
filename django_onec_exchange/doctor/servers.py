"""The lines that cure what stands in front of the site.  ``{path}`` and ``{host}`` become those of the address."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from .findings import Lines

CDN = _("CDN or protection service")

AUTHORIZATION = (
    Lines(
        "nginx",
        "location {path} {\n    auth_basic off;\n    proxy_set_header Authorization $http_authorization;\n}",
    ),
    Lines("Apache, mod_wsgi", "WSGIPassAuthorization On"),
    Lines("Apache, mod_proxy_fcgi", '<Location "{path}">\n    CGIPassAuth On\n</Location>'),
    Lines("Apache, mod_proxy_http", _("# remove: RequestHeader unset Authorization")),
    Lines("gunicorn, uWSGI", _("# nothing to set: they pass it on")),
    Lines(CDN, _("# hand Authorization to the origin for {path}; switch its own password protection off")),
)

COOKIE = (
    Lines("nginx", "location {path} {\n    proxy_set_header Cookie $http_cookie;\n}"),
    Lines("Apache, mod_proxy", _("# remove: RequestHeader unset Cookie")),
    Lines("Varnish", 'if (req.url ~ "^{path}") {\n    return (pass);\n}'),
    Lines("gunicorn, uWSGI, mod_wsgi", _("# nothing to set: they pass it on")),
    Lines(CDN, _("# hand all cookies to the origin for {path}, and cache nothing there")),
)

QUERY_STRING = (
    Lines(
        "nginx", _("location {path} {\n    proxy_pass http://127.0.0.1:8000;  # without an address of its own\n}")
    ),
    Lines("Apache, mod_rewrite", 'RewriteRule "^{path}$" "http://127.0.0.1:8000{path}" [P,QSA]'),
    Lines(CDN, _("# hand the query string to the origin for {path}")),
)

HOST = (
    Lines("Django", 'ALLOWED_HOSTS = ["{host}"]'),
    Lines("nginx", "proxy_set_header Host $host;"),
    Lines("Apache, mod_proxy", "ProxyPreserveHost On"),
    Lines(CDN, _("# hand the visitor's Host to the origin")),
)

SCHEME = (
    Lines("Django", 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")'),
    Lines("nginx", "proxy_set_header X-Forwarded-Proto $scheme;"),
    Lines("Apache, mod_proxy", 'RequestHeader set X-Forwarded-Proto "https"'),
    Lines("Apache, mod_wsgi; uWSGI", _("# nothing to set, if they are asked by HTTPS themselves")),
    Lines("gunicorn", "--forwarded-allow-ips=127.0.0.1"),
    Lines(CDN, _("# connect to the origin by HTTPS, not by HTTP")),
)

CERTIFICATE = (
    Lines("nginx", "ssl_certificate fullchain.pem;"),
    Lines("Apache", "SSLCertificateFile fullchain.pem"),
    Lines("gunicorn", "--certfile fullchain.pem"),
    Lines("uWSGI", "https-socket = 0.0.0.0:443,fullchain.pem,privkey.pem"),
    Lines(CDN, _("# the certificate is the service's: renew it there")),
)

TIMEOUT = (
    Lines("nginx", "proxy_read_timeout 150s;"),
    Lines("Apache, mod_proxy", "ProxyTimeout 150"),
    Lines("Apache, mod_wsgi", "WSGIDaemonProcess shop request-timeout=150"),
    Lines("gunicorn", "--timeout 120"),
    Lines("uWSGI", "harakiri = 120"),
    Lines(CDN, _("# raise the time it waits for the origin, or let {path} go past it")),
)

BODY_LIMIT = (
    Lines("nginx", "client_max_body_size {megabytes}m;"),
    Lines("Apache, mod_proxy, mod_wsgi", "LimitRequestBody {bytes}"),
    Lines("gunicorn", _("# it has no limit")),
    Lines("uWSGI", "limit-post = {bytes}"),
    Lines(CDN, _("# its plan has a limit: let {path} go past it, or lower FILE_LIMIT")),
    Lines("Django", _("ONEC_EXCHANGE_FILE_LIMIT = {passed}  # instead: what got through")),
)

CACHE = (
    Lines("nginx", "location {path} {\n    proxy_cache off;\n}"),
    Lines("Apache, mod_cache", 'CacheDisable "{path}"'),
    Lines("Varnish", 'if (req.url ~ "^{path}") {\n    return (pass);\n}'),
    Lines("uWSGI", _("# remove cachestore and cache routes for {path}")),
    Lines(CDN, _("# never cache {path}, with any query string")),
)

COMPRESSION = (
    Lines("nginx", "location {path} {\n    gzip off;\n}"),
    Lines("Apache, mod_deflate", '<Location "{path}">\n    SetEnv no-gzip 1\n</Location>'),
    Lines("uWSGI", _("# remove the gzip transformation for {path}")),
    Lines(CDN, _("# no compression, no rewriting and no scripts of its own for {path}")),
)

REWRITING = (
    Lines("nginx", _("# remove sub_filter, addition_types and ssi for {path}")),
    Lines("Apache", _("# remove mod_substitute, mod_pagespeed and mod_layout for {path}")),
    Lines(CDN, _("# no minifying, no e-mail protection and no scripts of its own for {path}")),
)

CHARSET = (
    Lines("nginx", "location {path} {\n    charset off;\n}"),
    Lines("Apache", "AddDefaultCharset Off"),
)
