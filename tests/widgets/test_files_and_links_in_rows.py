"""The list of files and links: what comes first, how it moves, and names that would act."""

from textual.app import App

from storage.kinds.mail import Attachment
from widgets.items import Items, items_of
from widgets.look import Look


class List(App[None]):
    def compose(self):
        yield Items(Look("dark"))

    @property
    def items(self) -> Items:
        return self.query_one(Items)

    def rows(self) -> list[str]:
        return [self.items.render_line(y).text.rstrip() for y in range(self.items.size.height)]


def test_named_files_come_first_and_the_newest_message_before_older_ones(make_message, make_conversation):
    older = make_message(
        1, attachments=(Attachment("a.pdf", "application/pdf", 10, "2"),), links=("https://a.example/",)
    )
    newer = make_message(
        2,
        attachments=(
            Attachment("logo.png", "image/png", 5, "1.2", inline=True),
            Attachment("", "text/calendar", 7, "2"),
            Attachment("b.pdf", "application/pdf", 10, "3"),
        ),
        links=("https://b.example/", "https://c.example/"),
    )
    view = make_conversation(messages=(older, newer))
    assert [(one.kind, one.message_id, one.name) for one in items_of(view)] == [
        ("file", 2, "b.pdf"),
        ("file", 1, "a.pdf"),
        ("file", 2, ""),
        ("file", 2, "logo.png"),
        ("link", 2, "https://b.example/"),
        ("link", 2, "https://c.example/"),
        ("link", 1, "https://a.example/"),
    ]
    assert [one.name for one in items_of(view, 1)] == ["a.pdf", "https://a.example/"]


async def test_the_list_says_what_each_is_and_scrolls(make_message, make_conversation):
    evil = "x\x1b]0;y\x07\u202efdp"
    attachments = (
        Attachment(evil, evil, 1200, "2"),
        Attachment("", "text/calendar", 7, "3"),
        Attachment("", "x/y", 7, "4"),
    )
    links = tuple(f"https://a.example/{number}" for number in range(30))
    view = make_conversation(messages=(make_message(1, attachments=attachments, links=links),))
    app = List()
    async with app.run_test(size=(60, 8)):
        app.items.show(items_of(view))
        assert app.rows()[0].startswith("▌file  x]0;yfdp ")
        assert app.rows()[0].endswith("x]0;yfdp     1\u00a0kB")
        assert app.rows()[1].startswith(" file  calendar invitation ")
        assert app.rows()[2].startswith(" file  file ")
        assert app.rows()[3] == " [1]   https://a.example/0"
        app.items.move(20)
        assert "▌[18]  https://a.example/17" in app.rows()
        app.items.move(100)
        assert app.rows()[-1] == "▌[30]  https://a.example/29"
        app.items.move(-1000)
        assert app.rows()[0].startswith("▌file")
        app.items.show([])
        app.items.move(3)
        assert app.items.chosen is None
        assert app.rows() == [""] * 8
