"""Price, payment and the managed-services option: sums of the deal, and what follows from them by exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from bot.deals.wording import counted, date_words
from bot.pipeline.proposals.document import Bullets, Grid, Heading, Kind, Paragraph, Part, Run
from bot.pipeline.proposals.given import WHOLE, Given, percent
from bot.pipeline.proposals.texts import filled
from bot.pipeline.reviews.calendar import LAST_YEAR
from bot.profile.economics_figures import cents

MOST_DAYS = 3650


def price(given: Given) -> Iterator[Part]:
    """Book price, discount, net price; and a month of it where a term is sold."""
    net, off = given.exact("contract_value"), given.exact("discount")
    rows: list[tuple[tuple[Run, ...], ...]] = []
    if net is None:
        wanted = given.gap("the price of the whole contract", "contract_value")
        book = less = total = wanted
    else:
        total = Run(given.money(cents(net)), Kind.STRONG)
        book, less = _book(given, net, off)
    discount = given.gap("the discount off book price", "discount") if off is None else Run(percent(off))
    rows.append(((Run("Book price"),), (book,)))
    rows.append(((Run("Discount "), discount), (less,)))
    rows.append(((Run("Price", Kind.STRONG),), (total,)))
    yield Grid(("", f"Amount in {given.deal.currency}"), tuple(rows), frozenset({1}), total=True)
    if given.is_managed:
        yield Paragraph((Run("For "), _term(given), Run(" of service; a month of it costs "), _month(given), Run(".")))


def payment(given: Given) -> Iterator[Part]:
    """When money is due, with dates."""
    start = given.start
    if given.yes("prepaid"):
        yield Paragraph((Run("The price is paid in advance: it is due on "), given.start_words(), Run(".")))
        return
    days = given.whole("payment_days")
    terms = given.shown("payment_days", "the payment terms in days")
    yield Paragraph((Run("Invoices are payable within "), terms, Run(" of their date, net.")))
    if given.yes("prepaid") is None:
        asked = given.gap("whether the price is paid in advance", "prepaid")
        yield Paragraph((Run("Payment in advance: "), asked, Run(".")))
    if days is None or not 0 <= days <= MOST_DAYS:
        return
    if start is None:
        due = given.gap("the day on which the first invoice is due")
        yield Paragraph((Run("The invoice of "), given.start_words(), Run(" is due by "), due, Run(".")))
    elif start.year < LAST_YEAR:
        due = Run(date_words(start + timedelta(days=days)), Kind.STRONG)
        yield Paragraph((Run("The invoice of "), Run(date_words(start)), Run(" is due by "), due, Run(".")))


def managed_services(given: Given) -> Iterator[Part]:
    """The service itself, or the option beside what is offered: what it includes, its term, and its price."""
    shape = given.texts.shape.sections.managed_services
    if not given.is_managed:
        yield from (Paragraph((Run(filled(text, given.placeholders)),)) for text in shape.option)
    if given.value("offer") is None:
        wanted = given.gap("whether managed services or a project are offered", "offer")
        yield Paragraph((Run("Offer: "), wanted))
    yield Heading("What it includes")
    yield Bullets(tuple((Run(filled(text, given.placeholders)),) for text in shape.includes))
    if shape.relieves:
        yield Heading(f"What the people of {given.customer} no longer have to do")
        yield Bullets(tuple((Run(filled(text, given.placeholders)),) for text in shape.relieves))
    yield Heading("Term and price")
    if given.is_managed:
        cost = given.shown("contract_value", "the price of the whole contract")
        rows = (("Term", _term(given)), ("Price for the term", cost), ("Price a month", _month(given)))
    else:
        rows = (
            ("Term", given.shown("managed_months", "the term of the managed-services option")),
            ("Price for the term", given.shown("managed_price", "the price of the managed-services option")),
            ("Price a month", _option_month(given)),
        )
    yield Grid(("", ""), tuple(((Run(label),), (run,)) for label, run in rows), frozenset({1}))


def _book(given: Given, net: Fraction, off: Fraction | None) -> tuple[Run, Run]:
    if off is None:
        return given.gap("the book price"), given.gap("the discount in money")
    if off >= WHOLE:
        # At 100% nothing is left to tell the book price by.
        return given.gap("the book price"), given.gap("the discount in money")
    words, share = given.money(cents(net)), percent(off)
    book = net / (1 - off / WHOLE)
    shown = given.amount("book_price", book, f"{words} / (100% - {share})")
    # From the rounded book price, so that the column adds up to the cent.
    less = Fraction(cents(book)) - Fraction(cents(net))
    return shown, given.amount("discount", less, f"{given.money(cents(book))} - {words}")


def _term(given: Given) -> Run:
    return given.shown("service_months", "the service term")


def _month(given: Given) -> Run:
    return _a_month(given, "price_a_month", given.exact("contract_value"), given.whole("service_months"))


def _option_month(given: Given) -> Run:
    price_of, months = given.exact("managed_price"), given.whole("managed_months")
    return _a_month(given, "option_a_month", price_of, months, "the monthly price of the managed-services option")


def _a_month(
    given: Given, name: str, total: Fraction | None, months: int | None, wanted: str = "the price of a month of service"
) -> Run:
    if total is None or not months or months < 0:
        return given.gap(wanted)
    words = f"{given.money(cents(total))} / {counted(months, 'month')}"
    return given.amount(name, total / months, words)
