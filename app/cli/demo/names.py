"""What the demo's groups and people are called. Invented, and put together at random."""

import random
from collections.abc import Sequence

KINDS = {
    "people": ("گروه", "جمع", "یاران", "همیاران", "گروه جهادی", "همسایگان"),
    "ngo": ("انجمن", "مؤسسه", "جمعیت", "کانون", "سازمان مردم‌نهاد"),
    "charity": ("خیریه", "مؤسسه خیریه", "بنیاد نیکوکاری", "انجمن خیریه"),
    "religious": ("هیئت", "کانون مسجد", "حسینیه", "صندوق قرض‌الحسنه"),
    "public": ("فرهنگ‌سرای", "مرکز بهداشت", "دبیرستان", "خانه فرهنگ"),
    "business": ("شرکت", "تعاونی", "کارگاه", "فروشگاه‌های"),
}
NAMES = (
    *("آفتاب", "امید", "باران", "مهر", "همدلی", "سپیده", "نیک‌اندیشان", "روشنا", "مهربانی"),
    *("آینده روشن", "سرو سبز", "کوشا", "یاس سپید", "بهاران", "نور امید", "همراه", "رویش", "پویش"),
    *("آوای مهر", "دست‌های مهربان", "چشمه", "زاگرس", "کویر سبز", "کارون", "دریا", "آرامش", "پرواز"),
    *("نسیم زندگی", "چراغ راه", "پناه", "ریحانه", "خورشید", "شکوفه", "نیلوفر", "ماهان", "سایه‌سار"),
    *("پیوند", "هم‌نفس", "یاری", "گام نو", "نخل", "البرز", "سبلان", "آلاله", "ستاره", "ترنم"),
)
ABOUT = {
    "family.children": "حمایت از کودکان کار",
    "family.orphans": "سرپرستی کودکان",
    "family.women": "بانوان سرپرست خانوار",
    "care.older": "یاوران سالمندان",
    "care.disability": "یاوران توان‌یابان",
    "care.mental": "سلامت روان",
    "addiction.prevention": "پیشگیری از اعتیاد",
    "addiction.aftercare": "رهایافتگان",
    "livelihood.poverty": "سفره مهربانی",
    "livelihood.jobs": "کارآفرینان محلی",
    "culture.education": "سوادآموزی",
    "culture.youth": "جوانان کوشا",
    "nature.water": "دوستداران طبیعت",
    "local.relief": "امدادگران داوطلب",
    "rights.prisoners": "حمایت از خانواده زندانیان",
    "rights.migrants": "یاران مهاجران",
}
FIRST = (
    *(
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
    *("پروین", "کاوه", "شهلا", "بهروز", "مینا", "جواد", "الهام", "سعید", "ناهید", "مصطفی", "گلناز"),
)
LAST = (
    *("رضایی", "کریمی", "محمدی", "احمدی", "موسوی", "یزدانی", "کاظمی", "بهرامی", "شکوهی", "ملکی"),
    *("نوروزی", "صادقی", "عبادی", "فرهادی", "توکلی", "رستمی", "گودرزی", "حیدری", "امینی", "زارع"),
)
OFFERS = (
    *("سالن ۸۰ نفره و پروژکتور", "یک ون و راننده", "آموزش مهارت‌های زندگی", "ده نیروی داوطلب"),
    *("بسته غذایی ماهانه", "دو کارگاه خیاطی", "مشاوره رایگان", "پزشک و پرستار داوطلب", "زمین ورزش"),
    *("کلاس سوادآموزی", "کتابخانه سیار", "کمک مالی ماهانه", "وکیل داوطلب", "تجهیزات امداد"),
)


def group_name(chance: random.Random, kind: str, topics: Sequence[str], place: str) -> str:
    if kind not in KINDS:
        return person_name(chance)
    parts = [chance.choice(KINDS[kind])]
    topic = next((ABOUT[one] for one in topics if one in ABOUT), "")
    if topic and chance.random() < 0.25:
        parts.append(topic)
    else:
        parts.append(chance.choice(NAMES))
    if chance.random() < 0.35:
        parts.append(place)
    return " ".join(parts)


def person_name(chance: random.Random) -> str:
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


Replaced = tuple[tuple[str, str], ...]
SPELLINGS: tuple[Replaced, ...] = (
    (("ی", "ي"), ("ک", "ك")),
    (("\u200c", " "),),
    (("\u200c", ""),),
    (("مؤسسه", "موسسه"), ("هیئت", "هیات")),
    (("انجمن", "جمعیت"), ("گروه", "جمع")),
    (("آ", "ا"),),
    (("همیاران", "یاران"), ("کانون", "انجمن")),
)


def spelled_otherwise(chance: random.Random, name: str) -> str:
    """The same group as somebody else may write it."""
    for pairs in chance.sample(SPELLINGS, len(SPELLINGS)):
        other = name
        for ours, theirs in pairs:
            other = other.replace(ours, theirs)
        if other != name:
            return other
    return f"گروه {name}"
