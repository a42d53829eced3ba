"""Who answers at Lumen, and what the three languages call things in a mail."""

from collections.abc import Mapping
from dataclasses import dataclass

DOMAIN = "lumen.example"


@dataclass(frozen=True, slots=True)
class Tongue:
    """What mail programs and the desk write in one language.

    Attributes:
        desk: what the support desk calls itself.
        months: January first.
        short_months, short_days: as in attributions, Monday first.
        reply: the prefix of Outlook; other programs write Re everywhere.
        from_, sent, to, subject: the labels of Outlook's header block.
        wrote: Thunderbird's attribution; `gmail_wrote` and `apple_wrote` theirs.
        phone: what a telephone writes under a mail.
        forwarded: between dashes above a forwarded mail.
        disclaimer: under a company's signature.
        nudges: what somebody writes who still waits.
        reactions: what somebody writes whom the agent has just answered.
    """

    desk: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    short_days: tuple[str, ...]
    reply: str
    from_: str
    sent: str
    to: str
    subject: str
    wrote: str
    gmail_wrote: str
    apple_wrote: str
    phone: str
    forwarded: str
    disclaimer: str
    nudges: tuple[str, ...]
    reactions: tuple[str, ...]


STAFF: Mapping[str, str] = {
    "rafael": "Rafael Lima",
    "bruno": "Bruno Reis",
    "marta": "Marta Gil",
    "ines": "Inês Prado",
    "dario": "Dario Pohl",
    "nico": "Nicolás Vega",
    "elena": "Elena Soler",
}

TONGUES: Mapping[str, Tongue] = {
    "pt": Tongue(
        desk="Lumen Suporte",
        months=(
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ),
        short_months=("jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."),
        short_days=("seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom."),
        reply="RES",
        from_="De",
        sent="Enviada em",
        to="Para",
        subject="Assunto",
        wrote="Em {at:%d/%m/%Y} {at:%H:%M}, {name} escreveu:",
        gmail_wrote="Em {day}, {at.day} de {month} de {at.year} às {at:%H:%M}, {name} <{address}> escreveu:",
        apple_wrote="Em {at.day} de {month} de {at.year}, à(s) {at:%H:%M}, {name} <{address}> escreveu:",
        phone="Enviado do meu iPhone",
        forwarded="Mensagem encaminhada",
        disclaimer="Esta mensagem é dirigida apenas ao destinatário. Antes de imprimir, pense no meio ambiente.",
        nudges=(
            "Alguma novidade?",
            "Bom dia! Só para saber se andou alguma coisa por aí.",
            "Oi, ainda estou aguardando. Aqui o cliente já ligou duas vezes.",
            "Uma informação que esqueci de dar: acontece também no computador do estoque, não é só no meu.",
            "Testei de novo agora há pouco e continua igual.",
            "Pode me ligar depois das 15h? Explico melhor por telefone.",
            "Desculpem a insistência, mas preciso dar uma resposta aqui até o fim do dia.",
            "Apareceu mais um caso hoje cedo, o mesmo comportamento.",
        ),
        reactions=(
            "Era isso! Funcionou aqui, muito obrigado.",
            "Obrigado pela resposta rápida. Vou testar com a equipe e aviso.",
            "Fiz o que você sugeriu e continua do mesmo jeito. O que mais posso ver?",
            "Entendi. Só não ficou claro se isso vale também para os pedidos antigos.",
            "Perfeito, pode encerrar.",
        ),
    ),
    "es": Tongue(
        desk="Lumen Soporte",
        months=(
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ),
        short_months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
        short_days=("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
        reply="RE",
        from_="De",
        sent="Enviado el",
        to="Para",
        subject="Asunto",
        wrote="El {at.day}/{at.month}/{at:%y} a las {at.hour}:{at:%M}, {name} escribió:",
        gmail_wrote="El {day}, {at.day} {month} {at.year} a las {at.hour}:{at:%M}, {name} (<{address}>) escribió:",
        apple_wrote="El {at.day} {month} {at.year}, a las {at.hour}:{at:%M}, {name} <{address}> escribió:",
        phone="Enviado desde mi iPhone",
        forwarded="Mensaje reenviado",
        disclaimer="Este mensaje va dirigido solo a su destinatario. Antes de imprimir, piense en el planeta.",
        nudges=(
            "¿Se sabe algo?",
            "Buenos días, ¿hay alguna novedad de lo mío?",
            "Sigo igual. Si necesitáis que pruebe algo, decidme.",
            "Se me olvidó decir que en el ordenador de la oficina sí funciona.",
            "Acaba de volver a pasar, a las y diez.",
            "Perdonad que insista, el cliente está esperando en el mostrador.",
            "¿Me podéis llamar? Por correo no me explico bien.",
            "Ha salido otro caso esta mañana, idéntico.",
        ),
        reactions=(
            "¡Era eso! Ya funciona, mil gracias.",
            "Gracias. Lo pruebo esta tarde y os cuento.",
            "Hecho tal cual y sigue igual. ¿Qué más puedo mirar?",
            "Entendido. ¿Y los pedidos de antes, también se corrigen?",
            "Perfecto, por mí se puede cerrar.",
        ),
    ),
    "en": Tongue(
        desk="Lumen Support",
        months=(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        short_months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        short_days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        reply="RE",
        from_="From",
        sent="Sent",
        to="To",
        subject="Subject",
        wrote="On {at:%d/%m/%Y} {at:%H:%M}, {name} wrote:",
        gmail_wrote="On {day}, {at.day} {month} {at.year} at {at:%H:%M}, {name} <{address}> wrote:",
        apple_wrote="On {at.day} {month} {at.year}, at {at:%H:%M}, {name} <{address}> wrote:",
        phone="Sent from my iPhone",
        forwarded="Forwarded message",
        disclaimer="This message is meant for its addressee only. Please think of the environment before printing.",
        nudges=(
            "Any news?",
            "Morning! Just checking whether this has moved.",
            "Still the same here. Happy to try things if you tell me what.",
            "One thing I forgot: it works on the office machine, only the warehouse one is affected.",
            "It just happened again, ten minutes ago.",
            "Sorry to press, my customer is standing at the counter.",
            "Could somebody ring me? It's easier to explain on the phone.",
            "Another case this morning, exactly alike.",
        ),
        reactions=(
            "That was it, works now. Thank you!",
            "Thanks, I'll try this with the team this afternoon and report back.",
            "Did exactly that, no change. What else can I look at?",
            "Understood. Does that cover the older orders as well?",
            "Perfect, you can close this one.",
        ),
    ),
}


def agent(key: str) -> str:
    """Return an agent's full name from the key (or the full name) that a story uses."""
    return STAFF.get(key, key)
