import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from leumund.channels.mail import MailChannel
from leumund.errors import Misconfigured, Unavailable
from leumund.types import Alert

ALERT = Alert(
    key="standard|Musterbahn|2026-11-16|presse@beispiel.example",
    target="presse@beispiel.example",
    subject="Auffällig: Musterbahn – mehr Kritik",
    text="Züge fallen aus\n",
    html="<p>Züge fallen aus</p>",
    created_at=datetime(2026, 11, 17, 5, 30, tzinfo=UTC),
)


class Mailbox:
    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.answer = "250 kept"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(bytes(envelope.content or b""), policy=default))
        return self.answer


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == b"richtig", handled=False)


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[tuple[Mailbox, MailChannel]]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
        auth_require_tls=True,
    )
    controller.start()
    channel = MailChannel(
        host="127.0.0.1",
        port=port,
        sender="leumund@beispiel.example",
        user="leumund",
        password="richtig",
        ca_file=str(tmp_path / "ca.pem"),
    )
    yield mailbox, channel
    controller.stop()


def test_a_mail_arrives_encrypted_with_plain_and_html_part(
    smtp: tuple[Mailbox, MailChannel],
) -> None:
    mailbox, channel = smtp
    channel.send(ALERT)
    (message,) = mailbox.messages
    assert message["Subject"] == ALERT.subject
    assert message.get_body(("plain",)).get_content().strip() == "Züge fallen aus"
    assert "<p>Züge fallen aus</p>" in message.get_body(("html",)).get_content()


def test_a_second_sending_carries_the_same_message_id(smtp: tuple[Mailbox, MailChannel]) -> None:
    mailbox, channel = smtp
    channel.send(ALERT)
    channel.send(ALERT)
    channel.send(replace(ALERT, key="another"))
    first, second, other = (message["Message-ID"] for message in mailbox.messages)
    assert first == second != other


def test_a_temporary_refusal_is_tried_again_and_a_permanent_one_is_told(
    smtp: tuple[Mailbox, MailChannel],
) -> None:
    mailbox, channel = smtp
    mailbox.answer = "451 later"
    with pytest.raises(Unavailable):
        channel.send(ALERT)
    mailbox.answer = "550 unknown"
    with pytest.raises(Misconfigured):
        channel.send(ALERT)


def test_wrong_login_wrong_certificate_and_no_server_end_in_clear_sentences(
    smtp: tuple[Mailbox, MailChannel],
) -> None:
    _, channel = smtp
    with pytest.raises(Misconfigured, match="refused the login of leumund") as refused:
        replace(channel, password="falsch").send(ALERT)
    assert "falsch" not in str(refused.value)
    with pytest.raises(Misconfigured, match=r"certificate.*mail\.ca_file"):
        replace(channel, ca_file="").send(ALERT)
    with pytest.raises(Unavailable):
        replace(channel, port=1).send(ALERT)
