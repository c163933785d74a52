"""What the simulated consultation asks people of themselves, and its rules of moderation, in the six languages of the site.

Wordings other than the first were drafted by machine, and are shown so. Keys are the words of `comity.opinion.simulation`; names of
languages are their own, which every reader of them knows.
"""

from __future__ import annotations

QUESTIONS: dict[str, dict[str, str]] = {
    "bloc": {
        "en": "Grouping of your country",
        "ar": "التجمع الذي ينتمي إليه بلدك",
        "es": "Agrupación de su país",
        "fr": "Groupement de votre pays",
        "ru": "Объединение, в которое входит ваша страна",
        "zh": "您的国家所属的组织",
    },
    "gender": {"en": "Gender", "ar": "النوع", "es": "Género", "fr": "Genre", "ru": "Пол", "zh": "性别"},
    "language": {"en": "Language", "ar": "اللغة", "es": "Idioma", "fr": "Langue", "ru": "Язык", "zh": "语言"},
    "region": {
        "en": "Region",
        "ar": "المنطقة",
        "es": "Región",
        "fr": "Région",
        "ru": "Регион",
        "zh": "地区",
    },
    "role": {
        "en": "What you do",
        "ar": "ما تقوم به",
        "es": "A qué se dedica",
        "fr": "Ce que vous faites",
        "ru": "Чем вы занимаетесь",
        "zh": "您的身份",
    },
}

ANSWERS: dict[str, dict[str, str]] = {
    "African Union": {
        "en": "African Union",
        "ar": "الاتحاد الأفريقي",
        "es": "Unión Africana",
        "fr": "Union africaine",
        "ru": "Африканский союз",
        "zh": "非洲联盟",
    },
    "ASEAN": {
        "en": "ASEAN",
        "ar": "رابطة أمم جنوب شرق آسيا",
        "es": "ASEAN",
        "fr": "ASEAN",
        "ru": "АСЕАН",
        "zh": "东南亚国家联盟",
    },
    "CARICOM": {
        "en": "CARICOM",
        "ar": "الجماعة الكاريبية",
        "es": "CARICOM",
        "fr": "CARICOM",
        "ru": "КАРИКОМ",
        "zh": "加勒比共同体",
    },
    "European Union": {
        "en": "European Union",
        "ar": "الاتحاد الأوروبي",
        "es": "Unión Europea",
        "fr": "Union européenne",
        "ru": "Европейский союз",
        "zh": "欧洲联盟",
    },
    "League of Arab States": {
        "en": "League of Arab States",
        "ar": "جامعة الدول العربية",
        "es": "Liga de los Estados Árabes",
        "fr": "Ligue des États arabes",
        "ru": "Лига арабских государств",
        "zh": "阿拉伯国家联盟",
    },
    "Mercosur": {
        "en": "Mercosur",
        "ar": "ميركوسور",
        "es": "Mercosur",
        "fr": "Mercosur",
        "ru": "МЕРКОСУР",
        "zh": "南方共同市场",
    },
    "Pacific Islands Forum": {
        "en": "Pacific Islands Forum",
        "ar": "منتدى جزر المحيط الهادئ",
        "es": "Foro de las Islas del Pacífico",
        "fr": "Forum des îles du Pacifique",
        "ru": "Форум тихоокеанских островов",
        "zh": "太平洋岛国论坛",
    },
    "Shanghai Cooperation Organisation": {
        "en": "Shanghai Cooperation Organisation",
        "ar": "منظمة شنغهاي للتعاون",
        "es": "Organización de Cooperación de Shanghái",
        "fr": "Organisation de coopération de Shanghai",
        "ru": "Шанхайская организация сотрудничества",
        "zh": "上海合作组织",
    },
    "no grouping given": {
        "en": "no grouping given",
        "ar": "لا تجمع مذكور",
        "es": "ninguna agrupación indicada",
        "fr": "aucun groupement indiqué",
        "ru": "объединение не указано",
        "zh": "未填写组织",
    },
    "man": {"en": "man", "ar": "رجل", "es": "hombre", "fr": "homme", "ru": "мужчина", "zh": "男"},
    "woman": {"en": "woman", "ar": "امرأة", "es": "mujer", "fr": "femme", "ru": "женщина", "zh": "女"},
    "another answer": {
        "en": "another answer",
        "ar": "إجابة أخرى",
        "es": "otra respuesta",
        "fr": "une autre réponse",
        "ru": "другой ответ",
        "zh": "其他回答",
    },
    "African Group": {
        "en": "African Group",
        "ar": "مجموعة الدول الأفريقية",
        "es": "Grupo de África",
        "fr": "Groupe des États d’Afrique",
        "ru": "Группа африканских государств",
        "zh": "非洲国家组",
    },
    "Asia-Pacific Group": {
        "en": "Asia-Pacific Group",
        "ar": "مجموعة دول آسيا والمحيط الهادئ",
        "es": "Grupo de Asia y el Pacífico",
        "fr": "Groupe des États d’Asie et du Pacifique",
        "ru": "Группа государств Азии и Тихого океана",
        "zh": "亚太国家组",
    },
    "Eastern European Group": {
        "en": "Eastern European Group",
        "ar": "مجموعة دول أوروبا الشرقية",
        "es": "Grupo de Europa Oriental",
        "fr": "Groupe des États d’Europe orientale",
        "ru": "Группа восточноевропейских государств",
        "zh": "东欧国家组",
    },
    "Latin American and Caribbean Group": {
        "en": "Latin American and Caribbean Group",
        "ar": "مجموعة دول أمريكا اللاتينية والبحر الكاريبي",
        "es": "Grupo de América Latina y el Caribe",
        "fr": "Groupe des États d’Amérique latine et des Caraïbes",
        "ru": "Группа государств Латинской Америки и Карибского бассейна",
        "zh": "拉丁美洲和加勒比国家组",
    },
    "Western European and Others Group": {
        "en": "Western European and Others Group",
        "ar": "مجموعة دول أوروبا الغربية ودول أخرى",
        "es": "Grupo de Europa Occidental y otros Estados",
        "fr": "Groupe des États d’Europe occidentale et autres États",
        "ru": "Группа западноевропейских и других государств",
        "zh": "西欧和其他国家组",
    },
    "business": {
        "en": "business",
        "ar": "قطاع الأعمال",
        "es": "empresa",
        "fr": "entreprise",
        "ru": "бизнес",
        "zh": "企业",
    },
    "citizen": {
        "en": "citizen",
        "ar": "مواطن أو مواطنة",
        "es": "ciudadanía",
        "fr": "citoyen ou citoyenne",
        "ru": "гражданин или гражданка",
        "zh": "公民",
    },
    "civil society": {
        "en": "civil society",
        "ar": "المجتمع المدني",
        "es": "sociedad civil",
        "fr": "société civile",
        "ru": "гражданское общество",
        "zh": "民间社会",
    },
    "engineering": {
        "en": "engineering",
        "ar": "الهندسة",
        "es": "ingeniería",
        "fr": "ingénierie",
        "ru": "инженерное дело",
        "zh": "工程技术",
    },
    "government": {
        "en": "government",
        "ar": "الحكومة",
        "es": "administración pública",
        "fr": "administration publique",
        "ru": "государственная служба",
        "zh": "政府",
    },
    "research": {
        "en": "research",
        "ar": "البحث العلمي",
        "es": "investigación",
        "fr": "recherche",
        "ru": "наука",
        "zh": "科研",
    },
    "small-state focal point": {
        "en": "small-state focal point",
        "ar": "جهة تنسيق لدولة صغيرة",
        "es": "punto de contacto de un Estado pequeño",
        "fr": "point focal d’un petit État",
        "ru": "координатор от малого государства",
        "zh": "小国联络人",
    },
    "ar": {"ar": "العربية"},
    "en": {"en": "English"},
    "es": {"es": "español"},
    "fr": {"fr": "français"},
    "ru": {"ru": "русский"},
    "zh": {"zh": "中文"},
}

RULES: dict[str, str] = {
    "en": "A statement says one thing that others can agree or disagree with. It names no private person, insults nobody and "
    "advertises nothing. Opinions are never a reason to reject it.",
    "ar": "تقول العبارة شيئًا واحدًا يمكن للآخرين الموافقة عليه أو الاعتراض عليه. لا تسمّي شخصًا عاديًا، ولا تهين أحدًا، ولا تروّج لشيء. "
    "ولا يكون الرأي أبدًا سببًا لرفضها.",
    "es": "Una afirmación dice una sola cosa con la que otros pueden estar de acuerdo o no. No nombra a particulares, no insulta a nadie "
    "y no anuncia nada. Una opinión nunca es motivo para rechazarla.",
    "fr": "Une proposition dit une seule chose, avec laquelle on peut être d’accord ou non. Elle ne nomme aucun particulier, n’insulte "
    "personne et ne fait aucune publicité. Une opinion n’est jamais une raison de la rejeter.",
    "ru": "Высказывание говорит об одном, и с ним можно согласиться или не согласиться. Оно не называет частных лиц, никого не оскорбляет "
    "и ничего не рекламирует. Мнение никогда не бывает причиной отказа.",
    "zh": "一条意见只说一件事，他人可以表示同意或反对。"
    "意见不得指名道姓提及私人，不得侮辱任何人，不得做广告。观点本身绝不是不予采纳的理由。",
}
