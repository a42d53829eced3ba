"""Whom Lumen wishes for as a customer, and how it has learned to approach the sorts of people who write to it."""

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from storage.commands import knowing
from storage.events import Actor
from storage.kinds.ideals import Criterion, Icp, Operator
from storage.kinds.personas import Persona

ICPS: Final = (
    Icp(
        "Doca própria",
        (
            Criterion("industry", Operator.ONE_OF, ("freight", "wholesale", "timber", "furniture", "fish"), 30),
            Criterion("size", Operator.AT_LEAST, ("20",), 20),
            Criterion("plan", Operator.CONTAINS, ("Expand",), 15),
            Criterion("person.role", Operator.CONTAINS, ("opera",), 10),
            Criterion("country", Operator.ONE_OF, ("Brasil", "España", "Portugal"), 10),
            Criterion("since", Operator.OLDER, ("1y",), 10),
            Criterion("site", Operator.KNOWN, (), 5),
        ),
        notes="Quem tem **doca e leitores** fica três anos ou mais. Escritórios sem estoque pagam em dia, mas pedem "
        "o que não fazemos.\n\n- Revisto em setembro, com Inês.\n- `country` pesa pouco: Lagos nos ensinou isso.",
    ),
    Icp(
        "API first",
        (
            Criterion("plan", Operator.CONTAINS, ("API",), 40),
            Criterion("person.role", Operator.CONTAINS, ("engineer",), 30),
            Criterion("size", Operator.AT_MOST, ("300",), 20),
            Criterion("industry", Operator.IS_NOT, ("school",), 10),
        ),
        good=60,
        notes="They never call, and never leave: webhooks and a clean changelog are all the onboarding they want.",
    ),
)
"""The definitions."""

PERSONAS: Final = (
    Persona(
        "Chefe de operações",
        pains=("fim do mês no dia 10", "motorista parado na doca"),
        tone="direto; quer um horário, não um pedido de desculpas",
        channel="email",
        do=("dar um prazo e cumprir", "dizer quem está cuidando"),
        dont=("desculpar-se em três parágrafos", "perguntar duas vezes a mesma coisa"),
        roles=("gerente de operações", "operações", "yard manager", "warehouse"),
        signature=("operações", "logística"),
        notes="Lê no celular, entre um caminhão e outro: **a resposta na primeira linha**.",
    ),
    Persona(
        "Financeiro",
        pains=("nota com CNPJ errado", "cobrança em duplicidade"),
        tone="formal, com números",
        channel="email",
        do=("citar fatura, valor e vencimento", "anexar o comprovante"),
        dont=("responder sem o número da fatura",),
        roles=("contas a receber", "contas a pagar", "financeiro", "administradora"),
        signature=("financeiro", "contas a pagar", "contas a receber"),
    ),
    Persona(
        "Secretaria",
        pains=("muita gente pergunta para ela",),
        tone="cordial, passo a passo",
        do=("um passo por linha", "mandar o texto pronto para repassar"),
        dont=("siglas", "links sem dizer o que são"),
        roles=("secretaria",),
        signature=("secretaria",),
    ),
    Persona(
        "Propietaria",
        pains=("lo hace todo ella", "la gestoría pide papeles"),
        tone="cercano y breve, de tú",
        channel="phone",
        do=("proponer una hora para llamar", "decir lo que cuesta"),
        dont=("mandar manuales", "pasarla de mano en mano"),
        roles=("propietaria", "propietario", "administración"),
        signature=("propietaria", "propietario"),
    ),
    Persona(
        "Engineer",
        pains=("no status page to point at", "timeouts without a request id"),
        tone="technical; the log line first, the story after",
        channel="email",
        do=("give request ids and UTC times", "say what is known every hour"),
        dont=("suggest clearing the cache", "hide behind 'our team'"),
        roles=("head of engineering", "engineer", "desenvolvedor", "developer", "founder"),
        signature=("engineering", "platform team", "desenvolvimento"),
        notes="Reads the changelog before the mail. A curl that fails is worth ten screenshots.",
    ),
)
"""The cards, each in the language of those it is about."""

RESPONSES: Final = Path(__file__).parent / "responses"
"""The folder of canned responses that greet whoever writes as their persona wants it, in three languages."""


def lay_down(session: Session, *, actor: Actor, now: datetime) -> None:
    """Lay down whom the company wishes for, and its personas.

    Args:
        session: of a writing transaction.
        actor: who did.
        now: the moment.
    """
    for one in (*ICPS, *PERSONAS):
        knowing.keep_entry(session, one, actor=actor, now=now)
