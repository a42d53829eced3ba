"""Plain messages for tests that import mail."""


def letter(
    number: int,
    *,
    subject: str = "Fatura em dobro",
    sender: str = "Ana Souza <ana@cliente.example>",
    to: str = "suporte@plantao.example",
    body: str = "Bom dia, fui cobrada duas vezes.",
    day: int = 2,
    answers: int | None = None,
    more: str = "",
) -> bytes:
    """A plain message."""
    reference = f"In-Reply-To: <{answers}@cliente.example>\n" if answers is not None else ""
    return (
        f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: <{number}@cliente.example>\n{reference}{more}"
        f"Date: Mon, {day:02} Nov 2026 09:{number % 60:02}:00 -0300\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
    ).encode()
