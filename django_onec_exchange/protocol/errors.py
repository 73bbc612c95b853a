"""What can go wrong in a dialogue, and the sentence 1C is told.

``message`` is English with named placeholders; it is translated where the reply is made.  It reaches 1C's log
and its user, so it names a remedy and holds neither secrets nor personal data.
"""

from __future__ import annotations

from typing import ClassVar


def gettext_noop(message: str) -> str:
    """Mark a message for translation; it is translated where it is shown."""
    return message


class ExchangeError(Exception):
    """Something 1C should be told: HTTP 200, ``failure`` and a sentence."""

    code: ClassVar[str] = "error"  # stable: tests, the log and the documentation refer to it
    message: ClassVar[str] = gettext_noop("The exchange failed.")

    def __init__(self, **params: object) -> None:
        super().__init__(self.message % params if params else self.message)
        self.params = params


class BadRequest(ExchangeError):
    code = "bad-request"
    message = gettext_noop("The request is not one that 1C sends: its parameter “%(name)s” cannot be read.")


class UnknownMode(ExchangeError):
    code = "unknown-mode"
    message = gettext_noop("The site does not know this kind of exchange. Check the address in 1C.")


class BadVersion(ExchangeError):
    code = "bad-version"
    message = gettext_noop("The version that 1C declares is not a CommerceML version, such as 2.08 or 3.1.")


class NotAuthenticated(ExchangeError):
    """Answered with HTTP 401, which makes the platform send its credentials."""

    code = "not-authenticated"
    message = gettext_noop(
        "The user name or the password is wrong. Check them in the settings of the exchange in 1C."
    )


class NoCredentials(NotAuthenticated):
    """Usual of the first call, before the platform is asked; again and again, something withholds them."""

    code = "no-credentials"
    message = gettext_noop(
        "No user name and password arrived at the site. If they are entered in 1C, a server in front of the site "
        "withholds them."
    )


class TooManyAttempts(ExchangeError):
    code = "too-many-attempts"
    message = gettext_noop("Too many wrong passwords. Try again in %(minutes)s min.")


class NoPermission(ExchangeError):
    code = "no-permission"
    message = gettext_noop(
        "This user may not exchange with 1C. Grant the permission “May exchange with 1C” on the site."
    )


class ForeignNetwork(ExchangeError):
    code = "foreign-network"
    message = gettext_noop("The site does not accept exchanges from this network address.")


class WebPage(ExchangeError):
    """The browser would add a password that it keeps, whoever made the page."""

    code = "web-page"
    message = gettext_noop(
        "A page in a browser asked for this address, which is for 1C alone. To try it by hand, type it in."
    )


class UnknownSession(ExchangeError):
    code = "unknown-session"
    message = gettext_noop("The exchange session is unknown or has ended. Start the exchange again.")


class NothingToConfirm(ExchangeError):
    code = "nothing-to-confirm"
    message = gettext_noop("There is nothing to confirm: no orders were handed over in this exchange.")


class AmbiguousConfirmation(ExchangeError):
    code = "ambiguous-confirmation"
    message = gettext_noop(
        "Several exchanges of this user are open, and it cannot be told which one is confirmed. "
        "The orders will be offered again; give each 1C base a user of its own."
    )


class EmptyUpload(ExchangeError):
    code = "empty-upload"
    message = gettext_noop("The file came without content. Send it again.")


class TornUpload(ExchangeError):
    code = "torn-upload"
    message = gettext_noop("The file broke off on its way. Send it again.")


class UploadTooLarge(ExchangeError):
    code = "upload-too-large"
    message = gettext_noop("1C sends more than the %(limit)s bytes that the site takes at once.")


class UploadBusy(ExchangeError):
    """Files of a running import are never touched, and two requests never write one file at once."""

    code = "already-in-progress"
    message = gettext_noop("The site is still working on the file %(name)s. Try again later.")


class UploadFailed(ExchangeError):
    code = "upload-failed"
    message = gettext_noop("The site could not store the file. Its log says why.")


class UnknownFile(ExchangeError):
    code = "unknown-file"
    message = gettext_noop("The file %(name)s was not uploaded in this exchange. Start the exchange again.")


class NoHandler(ExchangeError):
    code = "no-handler"
    message = gettext_noop("The site does not take this kind of file: %(what)s. Switch its upload off in 1C.")


class NoCounterparties(NoHandler):
    """No setting helps: there is no hook for them."""

    code = "no-counterparties"


class ImportFailed(ExchangeError):
    code = "import-failed"
    message = gettext_noop("The file %(name)s was not taken: %(reason)s")


class ImportStalled(ExchangeError):
    code = "import-stalled"
    message = gettext_noop("The import of %(name)s does not get on. See the imports on the site.")


class NothingToFinish(ExchangeError):
    code = "nothing-to-finish"
    message = gettext_noop(
        "The site will not drop goods: this exchange did not bring the whole catalogue without errors."
    )


class AuditFailed(ExchangeError):
    code = "audit-failed"
    message = gettext_noop("The audit copy of the orders could not be saved, so they are not handed over.")


class BadFileName(ExchangeError):
    code = "bad-file-name"
    message = gettext_noop(
        "The site cannot store a file under this name. Give it a plain relative name, such as import0_1.xml."
    )


class BadArchive(ExchangeError):
    """Base of what is wrong with an archive; raised itself when one contradicts itself or ends too early."""

    code = "bad-archive"
    message = gettext_noop("The archive is damaged or incomplete. Send it again.")


class EncryptedArchive(BadArchive):
    code = "encrypted-archive"
    message = gettext_noop("The archive is encrypted. Make it without a password.")


class UnknownCompression(BadArchive):
    code = "unknown-compression"
    message = gettext_noop(
        "The archive is packed by a method that the site does not take. Make it with the usual one, Deflate."
    )


class UnsafeArchive(BadArchive):
    code = "unsafe-archive"
    message = gettext_noop(
        "The archive holds a link, a device or an unusable file name. Put plain files with plain names into it."
    )


class ClashingNames(BadArchive):
    code = "clashing-names"
    message = gettext_noop("The archive holds several files for one place. Give each of them a name of its own.")


class TooManyFiles(BadArchive):
    code = "too-many-files"
    message = gettext_noop(
        "The archive holds more files than the site takes at once. Send smaller portions or raise its limit."
    )


class ArchiveTooLarge(BadArchive):
    code = "archive-too-large"
    message = gettext_noop(
        "The archive unpacks to more than the site takes at once. Send smaller portions or raise its limit."
    )


class SuspiciousRatio(BadArchive):
    code = "suspicious-ratio"
    message = gettext_noop(
        "The archive unpacks to far more than real data would. Send the files unpacked or raise the site's limit."
    )


class NotConfigured(ExchangeError):
    code = "not-configured"
    message = gettext_noop("The exchange is not set up on the site: %(what)s. Run “manage.py check” there.")


class InternalError(ExchangeError):
    code = "internal"
    message = gettext_noop("The site could not answer. Give its administrator the number %(reference)s.")
