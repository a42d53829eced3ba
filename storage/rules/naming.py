"""How somebody is addressed by name: the first name, where a name shows one beyond doubt."""

import re
from typing import Final

_NAME: Final = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*\.?")
_SOME_TITLES: Final = "dr dra sr sra srta mr mrs ms mx miss prof profa eng don doña dona ing lic"
_TITLES: Final = frozenset(_SOME_TITLES.split())
_OF_COMPANIES: Final = (
    "ltda sa eireli mei me sl slu srl inc llc ltd gmbh plc corp company companhia empresa compañía grupo group "
    "suporte soporte support atendimento atención atencion contato contacto contact vendas ventas sales financeiro "
    "finanzas finance billing facturación facturacion faturamento compras purchasing equipe equipo team info admin "
    "administrator administrador noreply service serviço servicio departamento department dept rh hr ti it "
    "setor sector área area secretaria secretaría central gerência gerencia diretoria dirección coordenação the "
    "coordinación cobrança cobranca cobranza cobros ouvidoria recepção recepción operações operaciones logística "
    "escola escuela school colégio colegio hotel clínica clinica hospital loja tienda store"
)
_NO_PERSON: Final = frozenset(_OF_COMPANIES.split())


def first_name(name: str) -> str:
    """Return by which first name the bearer of `name` is greeted; empty when that is not beyond doubt.

    A name that an address book turned round (``Souza, Ana``) is turned back, one that is shouted or whispered gets its
    capital; a company, a department, an address or a single letter is nobody's first name.
    """
    last, comma, first = name.partition(",")
    words = (first.split() + last.split()) if comma and first.strip() else name.split()
    if not words or any(_bare(word) in _NO_PERSON for word in words):
        return ""
    while len(words) > 1 and _bare(words[0]) in _TITLES:
        words = words[1:]
    chosen = words[0]
    if not _NAME.fullmatch(chosen) or chosen.endswith(".") or len(chosen) < 2 or _bare(chosen) in _TITLES:
        return ""
    return chosen.title() if chosen in {chosen.lower(), chosen.upper()} else chosen


def _bare(word: str) -> str:
    return word.strip(".,;:()").replace(".", "").replace("/", "").casefold()
