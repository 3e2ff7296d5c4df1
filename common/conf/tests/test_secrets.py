"""With which secrets a service does not start."""

import base64
import json
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from common.conf import env
from common.conf.secrets import (
    LEAST_KEY,
    Distinct,
    SecretError,
    fingerprint,
    refuse_shared_keys,
    refuse_weak,
)

GOOD = "Zr8-vQ2mTq_x1LkWc9YbN4sHd7GfPz"


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("SERVICE_ENV", "production")
    monkeypatch.setattr(env, "_taken", Distinct())
    return monkeypatch


def refusal(name: str = "SECRET_KEY") -> str:
    with pytest.raises(env.ConfigurationError) as caught:
        env.secret(name)
    assert caught.value.code == 2
    return caught.value.sentence


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        "please-CHANGE-ME-" + "x1y2z3w4v5" * 4,
        "django-insecure-" + GOOD,
        "password" * 8,
        "postgres",
        "a" * 64,
        "abcabcabcabcabcabcabcabcabcabcabcabc",
        "hrms-secret-password-hrms-admin-123456",
        "short-Zr8",
        "PASSWORD",
    ],
)
def test_what_can_be_guessed_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(SecretError) as caught:
        refuse_weak("SECRET_KEY", value, 16)
    assert "SECRET_KEY" in str(caught.value)
    assert value not in str(caught.value)


@pytest.mark.parametrize("length", [24, 32, 48])
def test_random_secrets_of_every_usual_form_are_taken(length: int) -> None:
    for make in (secrets.token_urlsafe, secrets.token_hex):
        refuse_weak("SECRET_KEY", make(length), 16)


def test_djangos_key_has_to_be_a_long_one(production: pytest.MonkeyPatch) -> None:
    production.setenv("SECRET_KEY", GOOD)
    with pytest.raises(env.ConfigurationError, match="2"):
        env.secret("SECRET_KEY", least=LEAST_KEY)


def test_a_secret_may_stand_in_a_file(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{GOOD}\n")
    production.delenv("SECRET_KEY", raising=False)
    production.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert env.secret("SECRET_KEY") == GOOD


def test_a_secret_in_two_places_is_refused(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.setenv("SECRET_KEY", GOOD)
    production.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert "both set" in refusal()


def test_a_file_that_is_missing_is_said_to_be(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.delenv("SECRET_KEY", raising=False)
    production.setenv("SECRET_KEY_FILE", str(tmp_path / "no-such-file"))
    assert "no-such-file cannot be read" in refusal()


def test_no_secret_at_all_is_said_with_both_its_names(production: pytest.MonkeyPatch) -> None:
    production.delenv("SECRET_KEY", raising=False)
    assert refusal() == "Neither SECRET_KEY nor SECRET_KEY_FILE is set; see .env.example for what they mean."


def test_one_secret_for_two_purposes_is_refused(production: pytest.MonkeyPatch) -> None:
    production.setenv("SECRET_KEY", GOOD)
    production.setenv("SIGNING_KEY_PASSPHRASE", GOOD)
    env.secret("SECRET_KEY")
    env.secret("SECRET_KEY")
    assert refusal("SIGNING_KEY_PASSPHRASE").startswith("SIGNING_KEY_PASSPHRASE and SECRET_KEY are the same")


def test_broker_and_cache_may_have_one_password(production: pytest.MonkeyPatch) -> None:
    production.setenv("REDIS_URL", f"rediss://auth:{GOOD}@redis:6379/0?ssl_ca_certs=ca")
    production.setenv("CACHE_URL", f"rediss://auth:{GOOD}@redis:6379/1?ssl_ca_certs=ca")
    env.redis_url("REDIS_URL")
    env.redis_url("CACHE_URL", same_as="REDIS_URL")
    production.setenv("SECRET_KEY", GOOD)
    assert "the same secret" in refusal()


@pytest.mark.parametrize(
    "address",
    [
        f"redis://auth:{GOOD}@redis:6379/0",
        f"rediss://auth:{GOOD}@redis:6379/0",
        f"redis://auth:{GOOD}@redis:6379/0?ssl_ca_certs=ca",
        f"rediss://auth:{GOOD}@redis:6379/0?ssl_ca_certs=ca&ssl_cert_reqs=none",
        f"rediss://auth:{GOOD}@redis:6379/0?ssl_ca_certs=ca&ssl_check_hostname=false",
    ],
)
def test_a_redis_elsewhere_is_reached_by_who_knows_its_certificate(
    production: pytest.MonkeyPatch, address: str
) -> None:
    production.setenv("REDIS_URL", address)
    with pytest.raises(env.ConfigurationError):
        env.redis_url("REDIS_URL")


def test_a_redis_on_this_machine_needs_no_certificate(production: pytest.MonkeyPatch) -> None:
    production.setenv("REDIS_URL", f"redis://auth:{GOOD}@127.0.0.1:6379/0")
    assert env.redis_url("REDIS_URL").startswith("redis://")


@pytest.mark.parametrize("login", ["auth_app", "auth_app:", "auth_app:postgres"])
def test_a_database_without_a_real_password_is_refused(production: pytest.MonkeyPatch, login: str) -> None:
    production.setenv("DATABASE_URL", f"postgresql://{login}@127.0.0.1/auth_service_db")
    with pytest.raises(env.ConfigurationError):
        env.database("DATABASE_URL")


def test_development_takes_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_ENV", "development")
    monkeypatch.setenv("SECRET_KEY", "x")
    assert env.secret("SECRET_KEY", least=LEAST_KEY) == "x"


class TestKeysOfServices:
    @staticmethod
    def ring(folder: Path, **keys: Ed25519PrivateKey) -> str:
        found = [
            {
                "kid": name,
                "x": base64.urlsafe_b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
                .decode()
                .rstrip("="),
            }
            for name, key in keys.items()
        ]
        (folder / "ring.json").write_text(json.dumps({"keys": found}))
        for name, key in keys.items():
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{name}.pem").write_bytes(pem)
        return str(folder / "ring.json")

    def test_each_has_its_own(self, tmp_path: Path) -> None:
        ring = self.ring(tmp_path, auth=Ed25519PrivateKey.generate(), company=Ed25519PrivateKey.generate())
        refuse_shared_keys("auth", str(tmp_path / "auth.pem"), ring)

    def test_two_with_one_key_are_refused(self, tmp_path: Path) -> None:
        one = Ed25519PrivateKey.generate()
        ring = self.ring(tmp_path, auth=one, company=one)
        with pytest.raises(SecretError, match=r"company .* and .* auth .* are the same secret"):
            refuse_shared_keys("auth", str(tmp_path / "auth.pem"), ring)

    def test_another_services_key_is_refused(self, tmp_path: Path) -> None:
        ring = self.ring(tmp_path, auth=Ed25519PrivateKey.generate(), company=Ed25519PrivateKey.generate())
        with pytest.raises(SecretError, match="not the key that SERVICE_KEYRING_FILE knows as auth's"):
            refuse_shared_keys("auth", str(tmp_path / "company.pem"), ring)

    def test_a_file_that_is_no_key_is_refused(self, tmp_path: Path) -> None:
        ring = self.ring(tmp_path, auth=Ed25519PrivateKey.generate())
        (tmp_path / "auth.pem").write_text("no key")
        with pytest.raises(SecretError, match="cannot be read"):
            refuse_shared_keys("auth", str(tmp_path / "auth.pem"), ring)


def test_fingerprints_tell_equal_secrets_and_nothing_else() -> None:
    assert fingerprint(GOOD) == fingerprint(GOOD) != fingerprint(f"{GOOD}x")
    assert GOOD[:8] not in fingerprint(GOOD)


@pytest.mark.parametrize(
    ("address", "authorities"),
    [("http://10.0.0.7:3001", ""), ("http://10.0.0.7:3001", __file__), ("https://hr1:3001", "")],
)
def test_in_production_a_service_elsewhere_is_asked_over_tls_only(
    production: pytest.MonkeyPatch, address: str, authorities: str
) -> None:
    production.setenv("AUTH_URL", address)
    production.setenv("SERVICE_CA_FILE", authorities)
    with pytest.raises(env.ConfigurationError) as caught:
        env.service_url("AUTH_URL", "")
    assert "SERVICE_CA_FILE" in caught.value.sentence


def test_a_service_is_asked_elsewhere_over_tls_and_in_clear_on_this_machine(
    production: pytest.MonkeyPatch,
) -> None:
    production.setenv("SERVICE_CA_FILE", __file__)
    production.setenv("AUTH_URL", "https://hr1:3001/")
    production.delenv("COMPANY_URL", raising=False)
    assert env.service_url("AUTH_URL", "") == "https://hr1:3001"
    assert env.service_authorities("SERVICE_CA_FILE") == __file__
    assert env.service_url("COMPANY_URL", "http://127.0.0.1:3002") == "http://127.0.0.1:3002"


def test_authorities_that_cannot_be_read_are_told_of_at_the_start(production: pytest.MonkeyPatch) -> None:
    production.setenv("SERVICE_CA_FILE", "/nowhere/ca.crt")
    with pytest.raises(env.ConfigurationError) as caught:
        env.service_authorities("SERVICE_CA_FILE")
    assert "/nowhere/ca.crt" in caught.value.sentence
