"""One request of 1C as a frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import BadRequest, BadVersion, UnknownMode
from .modes import TYPES_OF, ExchangeType, Mode

# Longer than anything a client sends: file names are paths, the rest are words and tokens.
_PARAMETER_LIMIT = 1024
_VERSION = re.compile(r"\d{1,2}\.\d{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeCall:
    """What 1C asks, after its parameters were read.

    The order of parameters differs between clients and ``type`` may be absent (protocol.md, section 2.1).
    """

    type: ExchangeType | None  # None: the client named none
    mode: Mode
    version: str = ""  # what the client declares: "2.09", "3.1"; "" for stock clients
    cml_version: str = ""  # UNF declares its layout here, beside version=2.09
    sessid: str = ""
    filename: str = ""
    zip: bool = False
    timestamp: str = ""  # of ``deactivate``: what ``checkauth`` gave

    @property
    def declares_version(self) -> bool:
        return bool(self.version or self.cml_version)

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> ExchangeCall:
        """Read the parameters of a request.

        Raises BadRequest, UnknownMode or BadVersion.
        """
        for name in ("type", "mode", "version", "cmlVersion", "sessid", "filename", "zip", "timestamp"):
            value = parameters.get(name, "")
            if len(value) > _PARAMETER_LIMIT or "\x00" in value:
                raise BadRequest(name=name)
        type_, mode = _read_type(parameters), _read_mode(parameters)
        if type_ is not None and type_ not in TYPES_OF[mode]:
            raise UnknownMode
        return cls(
            type=type_,
            mode=mode,
            version=_read_version(parameters, "version"),
            cml_version=_read_version(parameters, "cmlVersion"),
            sessid=parameters.get("sessid", "").strip(),
            filename=parameters.get("filename", ""),
            zip=parameters.get("zip", "").strip().lower() == "yes",
            timestamp=parameters.get("timestamp", "").strip(),
        )


def _read_type(parameters: Mapping[str, str]) -> ExchangeType | None:
    value = parameters.get("type", "").strip().lower()
    if not value:
        return None
    try:
        return ExchangeType(value)
    except ValueError:
        raise UnknownMode from None


def _read_mode(parameters: Mapping[str, str]) -> Mode:
    try:
        return Mode(parameters.get("mode", "").strip().lower())
    except ValueError:
        raise UnknownMode from None


def _read_version(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name, "").strip()
    if value and not (value.isascii() and _VERSION.fullmatch(value)):
        raise BadVersion
    return value
