"""Whether a question is in another language than the playbooks, which are in English.

By its script, or by small words that no English question has; what is left is not guessed at. Words that stand in names
("la", "von", "der"), that are abbreviations or English too ("comment", "wat") tell nothing.
"""

from __future__ import annotations

import re
import unicodedata

from bot.answers.words import FUNCTION_WORDS, word_set

ASK_IN_ENGLISH = "I found nothing: the playbooks are in English. Please ask in English."
"""What is said in the place of a refusal: in English they may well say it."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SPANISH = re.compile(r"(?:^|\s)[¿¡](?=\w)")
_LETTERS = 2
"""So many letters of another script are more than a sign such as µ."""

_MORE_THAN_ONE = 2

_FOREIGN = word_set("""
aber auf bei beim bitte darf dass dürfen eine einem einen einer eines für gibt haben ich ist kann keine keinen können
mein meine mit muss müssen nach nicht oder sagen sind soll sollen sollte uns unser unsere unserem unseren und viel wann
warum weil welche welchem welchen welcher welches wenn wer werden wie wieviel wir wird zum zur über
avec avons avez c'est cette combien d'un d'une dans devons dois doit être faire faut j'ai je leur n'est notre nous
peut peux pourquoi pouvons qu'est qu'il quel quelle quelles quels quoi s'il sont très une votre vous
cual cuales cuanta cuantas cuanto cuantos cuál cuáles cuándo cuánta cuántas cuánto cuántos cómo debemos debo dónde
están está hacer muy nuestra nuestras nuestro nuestros pero podemos puede puedo que quien quién qué sobre también
tenemos tengo tiene una unos
abbiamo anche che cosa devo dobbiamo gli nostra nostri perché più possiamo posso può quale quali quanti quanto quando
questa questo senza siamo è
devemos fazer não nossa nosso nossos posso quais qual quantas quantos quem são também temos você
bij deze een geen hebben heeft het hoeveel ik kunnen maar mijn moet moeten mogen naar niet onze voor waarom wanneer welk
welke wij worden wordt zijn
av får hur hvad hvem hvilke hvilken hvor hvordan hvorfor ikke inte jag jeg när också på ska skal till varför vilka
vilken vilket våra vår är även
czy dlaczego gdzie ile jak jaka jaki jakie jest kiedy kto mogę możemy nasz nasza nie przez się
jaké jaký kolik můžeme není proč değil hangi için kaç nasıl neden
""")

_SHARED = word_set("a am an as at be come d do for had he her i in is m me no of on or over per s so t was we will")
"""English words that other languages have too: they do not make a question English."""


def in_another_language(text: str) -> bool:
    """Whether a text is surely not in English. A word in capitals is taken for an abbreviation."""
    letters = [letter for letter in text if letter.isalpha()]
    other = sum(1 for letter in letters if not unicodedata.name(letter, "").startswith("LATIN"))
    if other >= max(_LETTERS, len(letters) / 2) or _SPANISH.search(text):
        return True
    told = [word.replace("’", "'").lower() for word in _WORD.findall(text) if not (len(word) > 1 and word.isupper())]
    foreign = sum(1 for word in told if word in _FOREIGN)
    english = sum(1 for word in told if word in FUNCTION_WORDS and word not in _SHARED)
    return foreign > english and (foreign >= _MORE_THAN_ONE or english == 0)
