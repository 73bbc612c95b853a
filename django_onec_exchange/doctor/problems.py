"""What may be wrong with an exchange as it is met from outside, each under a stable code.

docs/doctor.md lists them, and those of ``project_problems``.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from . import servers
from .findings import Level, Problem

_E, _W = Level.ERROR, Level.WARNING

# -- the address

QUESTION_MARK = Problem(
    "question-mark",
    _E,
    _("The address holds a question mark."),
    _(
        "1C puts its own behind the address as it is. Enter the address without anything"
        " from the question mark on."
    ),
)
PLAIN_HTTP = Problem(
    "plain-http",
    _W,
    _("The address begins with http: the password goes over the network readable, with every call."),
    _("Enter the https address in 1C, once the site has one."),
)
BARE_HOST = Problem(
    "bare-host",
    _W,
    _("The address names no path: 1C asks for %(path)s then."),
    _("Enter the whole address in 1C, such as https://shop.example/1c/exchange/."),
)

# -- the way to the site

UNKNOWN_HOST = Problem(
    "unknown-host",
    _E,
    _("The name %(host)s is not known."),
    _("Is it spelt right? Does its DNS entry exist, also where the 1C server asks?"),
)
REFUSED = Problem(
    "refused",
    _E,
    _("Nothing answers at this address and port: the connection is refused, or no way leads there."),
    _("Is the web server running? Is the port right, and open in the firewall?"),
)
TIMED_OUT = Problem(
    "timed-out",
    _E,
    _("No answer came within %(seconds)s seconds."),
    _("A firewall that drops the call, a server without a free worker, or one that waits for something."),
    servers.TIMEOUT,
)
CERTIFICATE = Problem(
    "certificate",
    _E,
    _("The site's certificate is not trusted: %(reason)s."),
    _(
        "1C ends the call before the site hears of it. Renew the certificate, for the"
        " name in the address, and serve it"
        " with the whole chain. One of your own must be known to the 1C server."
    ),
    servers.CERTIFICATE,
)
NO_TLS = Problem(
    "no-tls",
    _E,
    _("No encrypted connection came about."),
    _("Does this port speak HTTPS? Does the server offer TLS 1.2 or later?"),
    servers.CERTIFICATE,
)
BROKEN_OFF = Problem(
    "broken-off",
    _E,
    _("The connection broke off before the answer was complete."),
    _(
        "Look into the logs of the web server and of the application server for this"
        " moment: a process may have died."
    ),
    servers.TIMEOUT,
)
UNREADABLE = Problem(
    "unreadable",
    _E,
    _("What answers does not speak HTTP as 1C does."),
    _("Is it the port of the web server? Does it take plain HTTP where the address says http?"),
)
REDIRECT = Problem(
    "redirect",
    _E,
    _("The site sends 1C to another address, and 1C does not follow: %(difference)s."),
    _("Enter this address in 1C: %(target)s"),
)
LOGIN_PAGE = Problem(
    "login-page",
    _E,
    _("The site sends 1C to a page where people sign in."),
    _("Exempt the address from what asks for the login: a middleware of the site, or a service in front of it."),
)
REDIRECT_LOOP = Problem(
    "redirect-loop",
    _E,
    _("The site sends 1C to the address that it asked for, again and again."),
    _(
        "SECURE_SSL_REDIRECT is on, and Django does not know that the proxy was asked by"
        " HTTPS. Let the proxy say so,"
        " and Django believe it."
    ),
    servers.SCHEME,
)

# -- is it the exchange?

NOT_FOUND = Problem(
    "not-found",
    _E,
    _("There is no page at this address (HTTP 404)."),
    _('Mount the exchange, path("1c/", include("django_onec_exchange.urls")), and enter its address in 1C.'),
)
BAD_HOST = Problem(
    "bad-host",
    _E,
    _("The site refuses to be called by this name (HTTP 400)."),
    _("Name the host of the address in ALLOWED_HOSTS, and let the proxy pass it on."),
    servers.HOST,
)
FORBIDDEN = Problem(
    "forbidden",
    _E,
    _("Something in front of the exchange forbids the call (HTTP 403)."),
    _(
        "A firewall for web applications, a protection against robots, or allow and deny"
        " rules: exempt the address."
    ),
)
FOREIGN_LOGIN = Problem(
    "foreign-login",
    _E,
    _("Something in front of the exchange asks for a password of its own (HTTP 401)."),
    _(
        "There is one Authorization header, and the exchange needs it. Switch the other"
        " password off for the address."
    ),
    servers.AUTHORIZATION,
)
SITE_DOWN = Problem(
    "site-down",
    _E,
    _("The server cannot reach the site, or the site is being maintained (HTTP %(status)s)."),
    _("Is the application server running? Is a maintenance mode on? The log of the web server says why."),
)
GATEWAY_TIMEOUT = Problem(
    "gateway-timeout",
    _E,
    _("The server in front of the site waited in vain for its answer (HTTP 504)."),
    _("Does the application server have a free worker? If it only takes long, let the server wait longer."),
    servers.TIMEOUT,
)
SERVER_ERROR = Problem(
    "server-error",
    _E,
    _("The site failed before the exchange was reached (HTTP %(status)s)."),
    _("The traceback is in the site's log. A middleware may fail for clients that are no browsers."),
)
HTML_PAGE = Problem(
    "html-page",
    _E,
    _("A web page answers in the place of the exchange."),
    _("Another address, a maintenance page, or a protection that wants JavaScript. Exempt the address from it."),
)
OTHER_PROGRAM = Problem(
    "other-program",
    _E,
    _("Something else than this exchange answers."),
    _(
        "Is it the address where django_onec_exchange.urls is mounted? Other shop"
        " systems have such an address, too."
    ),
)
UNEXPECTED = Problem(
    "unexpected-answer",
    _E,
    _("Something else than the exchange answers this call (HTTP %(status)s), though it answered others."),
    _("A server on the way treats it in another way, by its method, size or parameters: its log may say why."),
)
QUERY_STRING_LOST = Problem(
    "query-string-lost",
    _E,
    _("What stands behind the question mark does not reach the site."),
    _("Let the proxy pass the query string on."),
    servers.QUERY_STRING,
)
FOREIGN_NETWORK = Problem(
    "foreign-network",
    _E,
    _("The site does not take exchanges from the network of this machine."),
    _(
        "If 1C calls from here, add the network to ALLOWED_NETWORKS. Behind a proxy set"
        " TRUSTED_PROXIES, or the site"
        " sees the proxy's address alone. If 1C calls from elsewhere, run the doctor there."
    ),
)
NO_CHALLENGE = Problem(
    "no-challenge",
    _W,
    _("The site's request for credentials, WWW-Authenticate, does not come through."),
    _("Some platforms of 1C send the password only when they are asked. Let the proxy pass that header on."),
)
SITE_REFUSES = Problem(
    "site-refuses",
    _E,
    _("The exchange refuses: %(sentence)s"),
    _("Look up the sentence under Troubleshooting; a reference number is in the site's log."),
)

# -- the account

NO_PERMISSION = Problem(
    "no-permission",
    _E,
    _("The account may not exchange with 1C."),
    _("Grant it the permission “May exchange with 1C”, in the admin."),
)
AUTHORIZATION_STRIPPED = Problem(
    "authorization-stripped",
    _E,
    _("Name and password are right, and the site does not get them: the Authorization header is withheld."),
    _("Let every server on the way pass it on. If all do, one of AUTHENTICATION_BACKENDS refuses the account."),
    servers.AUTHORIZATION,
)
SIGN_IN_REFUSED = Problem(
    "sign-in-refused",
    _E,
    _("The site does not accept name and password."),
    _("If they are right at the site, its server withholds the Authorization header."),
    servers.AUTHORIZATION,
)
BRAKE = Problem(
    "brake",
    _E,
    _("The site lets nobody in for a while, after too many wrong passwords: %(sentence)s"),
    _("Wait. Behind a proxy set TRUSTED_PROXIES, or the wrong passwords of all callers are counted as one's."),
)

# -- the session

COOKIE_STRIPPED = Problem(
    "cookie-stripped",
    _E,
    _("The cookie of the exchange does not reach the site."),
    _("Let every server on the way pass the Cookie header on."),
    servers.COOKIE,
)
SESSION_LOST = Problem(
    "session-lost",
    _E,
    _("The site does not know the session that it has just opened."),
    _(
        "Several machines with a database of their own, a SESSION_LIFETIME of seconds,"
        " clocks that differ, or something"
        " that changes the cookie."
    ),
    servers.COOKIE,
)
SESSID_LOST = Problem(
    "sessid-lost",
    _W,
    _("The sessid in the address is not accepted, and some clients send nothing else."),
    _("Let the proxy pass the whole query string on."),
    servers.QUERY_STRING,
)
CACHED = Problem(
    "cached",
    _E,
    _("Something keeps answers of the site and gives them to the next caller."),
    _("Orders would reach strangers, and 1C would get old ones. Never cache the address."),
    servers.CACHE,
)
CACHE_CONTROL_LOST = Problem(
    "cache-control-lost",
    _W,
    _("The site's order to keep no answer, Cache-Control: no-store, does not come through."),
    _("Something on the way may cache: exempt the address."),
    servers.CACHE,
)

# -- the replies

LEADING_BYTES = Problem(
    "leading-bytes",
    _E,
    _("Something stands before the answer: %(what)s."),
    _(
        "1C looks at the first bytes. A middleware of the site or a server on the way"
        " adds them: exempt the address."
    ),
    servers.REWRITING,
)
REPLY_REWRITTEN = Problem(
    "reply-rewritten",
    _E,
    _("The answer is not as the site gave it: something on the way changes it."),
    _("1C counts lines and compares words. Exempt the address."),
    servers.REWRITING,
)
COMPRESSED = Problem(
    "compressed",
    _E,
    _("The answer comes packed, though 1C did not ask for that and cannot unpack it."),
    _("Switch the compression off for the address."),
    servers.COMPRESSION,
)
CHARSET_CHANGED = Problem(
    "charset-changed",
    _E,
    _("The encoding that the site named was changed on the way: Cyrillic letters would be garbled."),
    _("Let nothing add or change charset in Content-Type."),
    servers.CHARSET,
)
OTHER_SETTINGS = Problem(
    "other-settings",
    _W,
    _("The site says file_limit=%(told)s, and the settings here say %(here)s: they are not the same site."),
    _(
        "Restart the site after a change of settings. Run this command with the settings"
        " and the database of the site."
    ),
)

# -- uploads

BODY_LIMIT = Problem(
    "body-limit",
    _E,
    _("A server on the way takes no bodies as large as the site does."),
    _("Raise its limit above the site's FILE_LIMIT, or lower FILE_LIMIT."),
    servers.BODY_LIMIT,
)
BODY_READ = Problem(
    "body-read",
    _E,
    _("The site refuses bodies that are larger than DATA_UPLOAD_MAX_MEMORY_SIZE."),
    _("A middleware reads request.body before the exchange does. Let it leave the address alone."),
)
BODY_LOST = Problem(
    "body-lost",
    _E,
    _("The body of a request does not reach the site whole."),
    _("A server on the way drops or cuts it: a redirect inside of it, a filter, or a time-out."),
    servers.TIMEOUT,
)
UPLOAD_FAILED = Problem(
    "upload-failed",
    _E,
    _("The site cannot store what is uploaded."),
    _("Disk full, or a folder UPLOAD_ROOT that the site's user may not write to? The site's log says which."),
)
CYRILLIC_NAMES = Problem(
    "cyrillic-names",
    _W,
    _("File names in Cyrillic do not reach the site."),
    _(
        "1C does not encode them, and some servers refuse bare letters in an address,"
        " gunicorn among them. Let 1C give"
        " its files Latin names, or use another server."
    ),
)

# -- time

CLOCK = Problem(
    "clock",
    _W,
    _("The site's clock and that of this machine differ by %(seconds)s seconds."),
    _(
        "Set both by NTP. Orders from the future wait until their time has come, and"
        " several machines lose sessions."
    ),
)
SLOW = Problem(
    "slow",
    _W,
    _("The site takes %(seconds)s seconds for a simple answer."),
    _("Too few workers, or a slow middleware. 1C gives up after 180 seconds, gunicorn after 30."),
    servers.TIMEOUT,
)
