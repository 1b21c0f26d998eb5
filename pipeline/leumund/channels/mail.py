"""Sends an alert as an e-mail over an encrypted SMTP connection."""

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

from leumund.errors import Misconfigured, Unavailable
from leumund.types import Alert

TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChannel:
    """One SMTP server. `security` is "starttls" or "tls"; there is no unencrypted way.

    `ca_file` is a PEM file of an own certificate authority, empty for the system's.
    """

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = ""
    ca_file: str = ""

    def send(self, alert: Alert) -> None:
        """Deliver to `alert.target`. The Message-ID follows from the key, so a repeat is known.

        Raises:
            Unavailable: connection, time-out, or a temporary refusal (4xx).
            Misconfigured: certificate, login, or a permanent refusal (5xx).
        """
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(self._message(alert))
        except ssl.SSLError as error:
            raise Misconfigured(
                f"{self.host}: the certificate was not accepted ({error.reason}); "
                "set mail.ca_file to your authority's PEM file"
            ) from None
        except smtplib.SMTPAuthenticationError:
            raise Misconfigured(f"{self.host} refused the login of {self.user}") from None
        except smtplib.SMTPNotSupportedError:
            raise Misconfigured(f"{self.host} offers no STARTTLS; set mail.security") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refusal(max(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"{self.host}: {type(error).__name__}") from None

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.ca_file or None)
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        server.starttls(context=context)
        return server

    def _refusal(self, code: int) -> Unavailable | Misconfigured:
        words = f"{self.host} answered {code}"
        return Misconfigured(words) if code >= 500 else Unavailable(words)

    def _message(self, alert: Alert) -> EmailMessage:
        message = EmailMessage()
        domain = self.sender.rpartition("@")[2]
        message["Message-ID"] = f"<{hashlib.sha256(alert.key.encode()).hexdigest()[:32]}@{domain}>"
        message["Date"] = format_datetime(alert.created_at)
        message["From"] = self.sender
        message["To"] = alert.target
        message["Subject"] = alert.subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(alert.text)
        message.add_alternative(alert.html, subtype="html")
        return message
