"""Public keys that tokens are verified with: read from a key set, found by their ``kid``."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings

from common.errors import ServiceUnavailableError
from common.security.exchange import Limits, exchange

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
LIFETIME = 300.0
RETRY_AFTER = 5.0
KEY_SET = Limits(seconds=2.0, largest=65_536)
SMALLEST_RSA_KEY = 2048

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key and the one algorithm it may be used with: never what a token's header claims."""

    key: PublicKey
    algorithm: str

    @classmethod
    def of(cls, key: Any) -> "VerifyingKey":
        """The key with the algorithm of its own type; raises ValueError for keys we do not accept."""
        if isinstance(key, Ed25519PublicKey):
            return cls(key, "EdDSA")
        if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            return cls(key, "ES256")
        if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA_KEY:
            return cls(key, "RS256")
        raise ValueError("A token is verified with an Ed25519, P-256 or RSA (2048 bits or more) public key.")


class KeySource(Protocol):
    """Where a verifier finds a key."""

    def __hash__(self) -> int:
        """Sources are told apart by identity."""

    def get(self, kid: str) -> VerifyingKey | None:
        """The key named ``kid``, or None; raises ServiceUnavailableError when no keys could be had at all."""


def keys_of_jwks(document: Any) -> dict[str, VerifyingKey]:
    """The usable signing keys of a JSON Web Key Set by ``kid``; keys of other kinds are left out.

    Raises ValueError when none is left.
    """
    keys: dict[str, VerifyingKey] = {}
    for jwk in document["keys"]:
        if jwk.get("use", "sig") != "sig" or "kid" not in jwk or "d" in jwk:
            continue
        try:
            keys[str(jwk["kid"])] = VerifyingKey.of(jwt.PyJWK.from_dict(jwk).key)
        except (ValueError, jwt.PyJWTError):
            log.warning("signing key left out", kid=str(jwk["kid"])[:64])
    if not keys:
        raise ValueError("The key set holds no key that a token could be verified with.")
    return keys


class StaticKeySource:
    """Keys that are known beforehand."""

    def __init__(self, keys: Mapping[str, PublicKey]) -> None:
        self._keys = {kid: VerifyingKey.of(key) for kid, key in keys.items()}

    def get(self, kid: str) -> VerifyingKey | None:
        """The key named ``kid``, or None."""
        return self._keys.get(kid)


class CachedKeySource:
    """Keys from a function that reads them anew, kept for five minutes.

    An unknown ``kid`` reads them again, at most once in five seconds, so a rotated key works at once and a
    flood of forged ones costs nothing. When reading fails the last good keys stay in force.
    """

    def __init__(
        self, load: Callable[[], Mapping[str, VerifyingKey]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._clock = clock
        self._keys: Mapping[str, VerifyingKey] | None = None
        self._loaded_at = self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def get(self, kid: str) -> VerifyingKey | None:
        """The key named ``kid``, or None; raises ServiceUnavailableError when no keys were ever read."""
        if not self._answers(kid):
            # Whoever has a key that merely aged goes on with it while one thread reads the new set.
            blocking = self._keys is None or kid not in self._keys
            if self._lock.acquire(blocking=blocking):
                try:
                    if not self._answers(kid):
                        self._read()
                finally:
                    self._lock.release()
        if self._keys is None:
            raise ServiceUnavailableError()
        return self._keys.get(kid)

    def _answers(self, kid: str) -> bool:
        now = self._clock()
        fresh = now - self._loaded_at < LIFETIME
        known = self._keys is not None and kid in self._keys
        return (fresh and known) or now - self._tried_at < RETRY_AFTER

    def _read(self) -> None:
        try:
            self._keys = self._load()
        except Exception as error:  # whatever went wrong there, the keys at hand stay good
            log.warning("signing keys could not be read", error=repr(error))
        else:
            self._loaded_at = self._clock()
        finally:
            self._tried_at = self._clock()


class JwksKeySource(CachedKeySource):
    """The keys that the auth service publishes at ``url``."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(lambda: keys_of_jwks(fetch_jwks(url)), clock=clock)


def fetch_jwks(url: str) -> Any:
    """The key set at ``url``; raises PeerError."""
    return exchange(url, KEY_SET).read(_JSON)


_JSON = msgspec.json.Decoder[Any]()
_source: KeySource | None = None
_source_lock = threading.Lock()


def use_key_source(source: KeySource | None) -> KeySource | None:
    """Verify people's tokens with ``source`` from now on (None: the default); returns the former source."""
    global _source
    former, _source = _source, source
    return former


def key_source() -> KeySource:
    """The keys that people's tokens are verified with; by default those the auth service publishes."""
    global _source  # noqa: PLW0603 - made at first use, when settings are there
    with _source_lock:
        if _source is None:
            _source = JwksKeySource(f"{settings.SERVICE_URLS['auth']}/.well-known/jwks.json")
        return _source
