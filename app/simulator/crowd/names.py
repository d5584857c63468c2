"""What groups and people are called, by language. Invented, and put together at random."""

import random
from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, ...]] = {
    "fa": (
        "گروه",
        "انجمن",
        "خانه",
        "همیاران",
        "یاوران",
        "کانون",
        "مؤسسه",
        "جمعیت",
        "هیئت",
        "یاریگران",
    ),
    "en": ("Friends of", "Society of", "Helpers of", "House of", "Circle of"),
    "ar": ("جمعية", "مؤسسة", "نادي", "فريق", "رابطة"),
    "hu": ("Kör:", "Egyesület:", "Ház:", "Alapítvány:", "Klub:"),
}
THINGS: Mapping[str, tuple[str, ...]] = {
    "fa": (
        "امید",
        "مهر",
        "آفتاب",
        "همدلی",
        "نیکان",
        "باران",
        "سپیده",
        "روشنا",
        "مهربانی",
        "آینده",
        "سرو",
        "کوشا",
        "یاس",
        "بهاران",
        "نور",
        "همراه",
        "رویش",
        "پویش",
        "ایثار",
        "آوای مهر",
    ),
    "en": ("Hope", "Kindness", "the River", "the Morning", "Rain", "the Cedar", "Light"),
    "ar": ("الأمل", "الخير", "النور", "الربيع", "المحبة", "المستقبل"),
    "hu": ("Remény", "Napfény", "Segítő Kéz", "Tavasz", "Fény", "Jövő"),
}
ENDS: Mapping[str, tuple[str, ...]] = {
    "fa": ("", "", "", " محله", " شهر", " جوان", " ۲", " نو", " بانوان", " سبز"),
    "en": ("", "", " 2", " North", " Youth"),
    "ar": ("", "", " الجديد", " للشباب"),
    "hu": ("", "", " 2", " Ifjúsági"),
}
FIRST: Mapping[str, tuple[str, ...]] = {
    "fa": (
        "مریم",
        "علی",
        "زهرا",
        "رضا",
        "فاطمه",
        "حسین",
        "نرگس",
        "امیر",
        "لیلا",
        "مهدی",
        "سارا",
        "یوسف",
    ),
    "en": ("Maryam", "Ali", "Sara", "Reza", "Leila", "Yousef"),
    "ar": ("مريم", "علي", "سارة", "يوسف", "ليلى"),
    "hu": ("Anna", "Péter", "Márta", "Gábor", "Ilona"),
}
LAST: Mapping[str, tuple[str, ...]] = {
    "fa": (
        "رضایی",
        "کریمی",
        "محمدی",
        "احمدی",
        "موسوی",
        "یزدانی",
        "کاظمی",
        "بهرامی",
        "شکوهی",
        "ملکی",
    ),
    "en": ("Karimi", "Rezaei", "Ahmadi", "Bahrami"),
    "ar": ("الكريمي", "الموسوي", "الأحمدي", "البصري"),
    "hu": ("Kovács", "Nagy", "Szabó", "Tóth"),
}
OFFERS: Mapping[str, tuple[str, ...]] = {
    "fa": ("سالن ۵۰ نفره", "خودرو و راننده", "آموزش مهارت", "نیروی داوطلب", "بسته غذایی"),
    "en": ("a hall for 50", "a van", "training", "volunteers"),
    "ar": ("قاعة", "سيارة", "تدريب", "متطوعون"),
    "hu": ("terem 50 főnek", "kisbusz", "képzés", "önkéntesek"),
}
NONSENSE: Mapping[str, tuple[str, ...]] = {
    "fa": ("سلام", "؟؟", "نمی‌دانم", "چی بنویسم", "یعنی چه", "😀", "ممنون"),
    "en": ("hello", "??", "i dont know", "what do you mean", "😀"),
    "ar": ("مرحبا", "؟؟", "لا أعرف", "😀"),
    "hu": ("szia", "??", "nem tudom", "😀"),
}


def group_name(chance: random.Random, language: str) -> str:
    kind, thing, end = (chance.choice(some[language]) for some in (KINDS, THINGS, ENDS))
    return f"{kind} {thing}{end}"


def person_name(chance: random.Random, language: str) -> str:
    return f"{chance.choice(FIRST[language])} {chance.choice(LAST[language])}"
