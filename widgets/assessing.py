"""The words of an assessment: what is asked, what can be answered, what speaks for a model, what the desk lacks."""

from storage.kinds.assessing import BY_NAME, MANY_CHANNELS, Answer, Gap, Part
from widgets.language import _, ngettext


def part_words(part: Part) -> str:
    """Return what some of the questions are about."""
    return {
        Part.PROFILE: _("Who the customers are"),
        Part.JOURNEY: _("The way they go with us"),
        Part.DATA: _("What we know of them"),
        Part.NEEDS: _("What they need"),
        Part.TEAM: _("What the team is good at"),
        Part.GAPS: _("What is missing"),
    }[part]


def question_words(name: str) -> str:
    """Return a question as it is asked."""
    return {
        "size": _("How many organizations do you serve?"),
        "worth": _("What does one of them bring you?"),
        "ideal": _("Whom would you like to have more of? In your own words."),
        "start": _("How does a new customer get going?"),
        "rhythm": _("How often does a customer need somebody of yours?"),
        "stages": _("Are the stages of their journey written down, with what shall be reached when?"),
        "usage": _("Do you know how customers use what you sell?"),
        "intake": _("How often must you ask back because a message lacks what you need?"),
        "asked": _("What are most questions like?"),
        "outage": _("What does an hour of outage do to a customer?"),
        "channels": _("How do customers want to reach you?"),
        "helps": _("How do they like to be helped?"),
        "agents": _("How many people answer customers?"),
        "strengths": _("What is the team good at?"),
        "depth": _("Who solves what is hard?"),
        "articles": _("Is there a knowledge base?"),
        "complaints": _("What do customers complain about when they complain about support?"),
        "aim": _("What shall be better a year from now? In your own words."),
    }[name]


def topic_words(name: str) -> str:
    """Return in short what a question is about."""
    return {
        "size": _("customers"),
        "worth": _("what one brings"),
        "ideal": _("wished for"),
        "start": _("beginning"),
        "rhythm": _("contact"),
        "stages": _("journey"),
        "usage": _("use of the product"),
        "intake": _("asking back"),
        "asked": _("questions"),
        "outage": _("an hour of outage"),
        "channels": _("channels"),
        "helps": _("helped"),
        "agents": _("agents"),
        "strengths": _("strengths"),
        "depth": _("hard problems"),
        "articles": _("knowledge base"),
        "complaints": _("complaints"),
        "aim": _("aim"),
    }[name]


def choice_words(question: str, choice: str) -> str:
    """Return an answer that can be chosen, as it is read."""
    return {
        "size": {
            "few": _("a few"),
            "dozens": _("dozens"),
            "hundreds": _("hundreds"),
            "thousands": _("thousands"),
        },
        "worth": {
            "small": _("little each"),
            "mixed": _("very different sums"),
            "large": _("much each"),
        },
        "start": {
            "alone": _("by themselves"),
            "guided": _("with some help"),
            "project": _("with a project of weeks"),
        },
        "rhythm": {"seldom": _("seldom"), "monthly": _("about monthly"), "weekly": _("weekly or more")},
        "stages": {"written": _("written down"), "partly": _("in parts"), "none": _("not written down")},
        "usage": {"per_feature": _("feature by feature"), "roughly": _("roughly"), "none": _("not known")},
        "intake": {"never": _("hardly ever"), "sometimes": _("now and then"), "often": _("often")},
        "asked": {
            "repeated": _("the same ones again and again"),
            "mixed": _("some known, some new"),
            "deep": _("each its own, and deep"),
        },
        "outage": {
            "little": _("hardly anything"),
            "noticeable": _("it is noticed"),
            "critical": _("it stops their work"),
        },
        "channels": {
            "email": _("e-mail"),
            "chat": _("chat"),
            "phone": _("phone"),
            "visit": _("at their place"),
            MANY_CHANNELS: _("several"),
        },
        "helps": {
            "themselves": _("they help themselves"),
            "both": _("either way"),
            "person": _("by a person"),
        },
        "agents": {"one": _("one"), "few": _("two to five"), "many": _("six or more")},
        "strengths": {
            "listening": _("listening"),
            "technical": _("technical depth"),
            "writing": _("writing things down"),
            "field": _("work on site"),
        },
        "depth": {
            "everybody": _("everybody"),
            "levels": _("levels of our own"),
            "outside": _("somebody outside"),
        },
        "articles": {"none": _("none"), "some": _("some articles"), "complete": _("for most questions")},
        "complaints": {
            "slow": _("that it takes long"),
            "passed_on": _("that they are passed on"),
            "repeat": _("that they have to ask at all"),
            "unheard": _("that nobody knows them"),
        },
    }[question][choice]


def answer_words(question: str, answer: Answer) -> str:
    """Return an answer as it is read; empty for what was passed over."""
    if not BY_NAME[question].choices:
        return answer if isinstance(answer, str) else ""
    words = (answer,) if isinstance(answer, str) else answer
    return ", ".join(choice_words(question, one) for one in words if one)


def model_words(model: str) -> str:
    """Return what a model means, in a line (DOMAIN §1)."""
    return {
        "tech": _("no human unless needed, and never a dead end"),
        "low": _("automation first, a human where it is complex"),
        "mid": _("humans more often than automation, with check-ins"),
        "high": _("human and consultative, few customers per agent, each with an owner"),
        "smart": _("a mixture: a rule by stage or channel picks the model"),
        "convenient": _("hands off: no contact that was not asked for"),
        "in-depth": _("one person throughout, with a named backup"),
        "single-team": _("nobody is passed on: colleagues are consulted"),
        "one-to-one": _("one conversation at a time per agent"),
        "self-service": _("the knowledge base answers first"),
        "online": _("e-mail and chat, with what a question must bring"),
        "redirected": _("N1 registers, and directs to whoever solves it"),
        "hybrid": _("one of the others by channel"),
    }[model]


def gap_words(gap: Gap) -> str:
    """Return what the desk lacks, as a sentence, with what to do about it."""
    words = {
        "touch": _("{count} of {of} customers have no touch model: `plantao organization set ORG touch=…`"),
        "profile": _("{count} of {of} profiles are less than half filled: `plantao customer import`"),
        "language": _("of {count} of {of} customers no language is known"),
        "organization": _("{count} of {of} customers belong to no organization"),
        "owner": _("{count} of {of} high-touch organizations have no owner"),
        "named": _("{count} of {of} organizations have no name"),
        "icp": _("there is no ICP: nobody can say who fits"),
        "persona": _("there are no personas"),
        "responses": _("no canned responses of the team in {words}"),
        "hours": _("mailboxes without hours: {words}"),
        "stages": _("the stages of the journey are not written down"),
        "usage": _("nobody knows how customers use the product: `plantao customer import` takes figures"),
        "articles": _("there is no knowledge base"),
        "intake": _("messages often lack what is needed: ask for it in a canned response"),
    }.get(gap.name, gap.name)
    return words.format(count=gap.count, of=gap.of, words=", ".join(gap.words))


def share_words(share: float) -> str:
    """Return how much speaks for a model."""
    return f"{round(share * 100)} %"


def left_words(count: int) -> str:
    """Return how many questions are left."""
    return ngettext("{count} question left", "{count} questions left", count).format(count=count)
