"""Encryption of what the store may not know: a key that is not in it."""

import base64
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from syncproof.domain.errors import Terminal


class WrongKey(Terminal):
    """The key is not the one that the store's secrets were encrypted with."""

    code = "wrong_key"


class SecretBox:
    """Encrypts and decrypts with one key; shows it to nobody."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._fernet = Fernet(key)

    def __repr__(self) -> str:
        return "SecretBox(***)"

    def seal(self, text: str) -> str:
        """The text, encrypted."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed. Raises WrongKey."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise WrongKey() from error

    def derived(self, purpose: str) -> bytes:
        """32 bytes for another use, not told by the key's other uses."""

        kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
        return kdf.derive(base64.urlsafe_b64decode(self._key))


def box_at(path: Path) -> SecretBox:
    """The key in a file of mode 0600, made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return SecretBox(path.read_bytes().strip())
    with os.fdopen(handle, "wb") as file:
        key = Fernet.generate_key()
        file.write(key)
    return SecretBox(key)
