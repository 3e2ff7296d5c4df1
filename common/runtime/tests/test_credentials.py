import base64
import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from common.runtime.credentials import ensure_keys, key_file, keyring_file, load_or_create
from common.runtime.errors import OperatorError
from common.runtime.layout import SERVICES


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    first = load_or_create(tmp_path, SERVICES)
    assert load_or_create(tmp_path, SERVICES) == first


def test_a_service_that_comes_later_gets_secrets_and_the_others_keep_theirs(tmp_path: Path) -> None:
    first = load_or_create(tmp_path, ["auth"])
    both = load_or_create(tmp_path, ["auth", "payroll"])
    assert both.services["auth"] == first.services["auth"]
    assert both.services["payroll"].app_password != both.services["auth"].app_password


def test_no_two_secrets_are_alike(tmp_path: Path) -> None:
    credentials = load_or_create(tmp_path, SERVICES)
    values = [credentials.superuser_password, credentials.redis_password, credentials.hr_admin_password]
    for service in credentials.services.values():
        values += [service.owner_password, service.app_password, service.secret_key]
    assert len(set(values)) == len(values)


def test_only_the_owner_may_read_secrets_and_keys(tmp_path: Path) -> None:
    load_or_create(tmp_path, SERVICES)
    ensure_keys(tmp_path, SERVICES)
    files = [
        tmp_path / "secrets.json",
        keyring_file(tmp_path),
        *(key_file(tmp_path, name) for name in SERVICES),
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_keyring_holds_the_public_half_of_every_key_and_nothing_private(tmp_path: Path) -> None:
    ensure_keys(tmp_path, SERVICES)
    keys = json.loads(keyring_file(tmp_path).read_text())["keys"]
    assert [key["kid"] for key in keys] == list(SERVICES)
    for key in keys:
        assert "d" not in key
        private = serialization.load_pem_private_key(key_file(tmp_path, key["kid"]).read_bytes(), None)
        assert isinstance(private, Ed25519PrivateKey)
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
        public.verify(private.sign(b"text"), b"text")


def test_keys_are_not_made_anew(tmp_path: Path) -> None:
    ensure_keys(tmp_path, SERVICES)
    before = keyring_file(tmp_path).read_text()
    keyring_file(tmp_path).unlink()
    ensure_keys(tmp_path, SERVICES)
    assert keyring_file(tmp_path).read_text() == before


def test_a_damaged_secrets_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"superuser_password": ')
    with pytest.raises(OperatorError, match=r"secrets\.json is damaged"):
        load_or_create(tmp_path, SERVICES)
    assert (tmp_path / "secrets.json").read_text() == '{"superuser_password": '
