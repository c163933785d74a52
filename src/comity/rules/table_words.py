"""What can be wrong with a table of votes, and how it is mended, in six languages; see `words`. Drafted by machine; not reviewed by
native speakers. Names of columns and choices stay as tables write them.
"""

from __future__ import annotations


def _row(en: str, ar: str, zh: str, fr: str, ru: str, es: str) -> dict[str, str]:
    return {"en": en, "ar": ar, "zh": zh, "fr": fr, "ru": ru, "es": es}


TABLE_WORDS: dict[str, dict[str, str]] = {
    "table.at": _row(
        "{file}, line {line}, column {column}: {problem}",
        "{file}، السطر {line}، العمود {column}: {problem}",
        "{file}，第{line}行，{column}列：{problem}",
        "{file}, ligne {line}, colonne {column} : {problem}",
        "{file}, строка {line}, столбец {column}: {problem}",
        "{file}, línea {line}, columna {column}: {problem}",
    ),
    "table.too_large": _row(
        "the file has {bytes} bytes; at most {most} are read.",
        "حجم الملف {bytes} بايت؛ ولا يُقرأ أكثر من {most}.",
        "文件有{bytes}字节；最多读取{most}字节。",
        "le fichier compte {bytes} octets ; on en lit au plus {most}.",
        "в файле {bytes} байт; читается не более {most}.",
        "el archivo tiene {bytes} bytes; se leen como máximo {most}.",
    ),
    "table.not_utf8": _row(
        "byte {byte} is not UTF-8. Save the table as UTF-8.",
        "البايت {byte} ليس بترميز UTF-8. احفظ الجدول بترميز UTF-8.",
        "第{byte}字节不是UTF-8。请将表格保存为UTF-8。",
        "l’octet {byte} n’est pas en UTF-8. Enregistrez la table en UTF-8.",
        "байт {byte} не в UTF-8. Сохраните таблицу в UTF-8.",
        "el byte {byte} no está en UTF-8. Guarde la tabla en UTF-8.",
    ),
    "table.no_header": _row(
        "line 1 has no column names. Begin with, for example: member,choice",
        "لا أسماء أعمدة في السطر 1. ابدأ مثلًا بـ: member,choice",
        "第1行没有列名。请以例如下列文字开头：member,choice",
        "la ligne 1 n’a pas de noms de colonnes. Commencez par exemple par : member,choice",
        "в строке 1 нет имён столбцов. Начните, например, так: member,choice",
        "la línea 1 no tiene nombres de columnas. Empiece, por ejemplo, con: member,choice",
    ),
    "table.column_twice": _row(
        "the column is there twice. Keep one of them.",
        "العمود مكرر. أبقِ واحدًا منهما.",
        "该列出现两次。请保留其一。",
        "la colonne figure deux fois. Gardez-en une.",
        "столбец есть дважды. Оставьте один.",
        "la columna está dos veces. Deje una.",
    ),
    "table.cells": _row(
        "{cells} cells for {columns} columns. Mend the line.",
        "عدد الخانات {cells} وعدد الأعمدة {columns}. صحّح السطر.",
        "{columns}列却有{cells}个单元格。请更正该行。",
        "{cells} cellules pour {columns} colonnes. Corrigez la ligne.",
        "ячеек {cells}, столбцов {columns}. Исправьте строку.",
        "{cells} celdas para {columns} columnas. Corrija la línea.",
    ),
    "table.quotes": _row(
        "line {line}: {error}. Mend the quotation marks.",
        "السطر {line}: {error}. صحّح علامات الاقتباس.",
        "第{line}行：{error}。请更正引号。",
        "ligne {line} : {error}. Corrigez les guillemets.",
        "строка {line}: {error}. Исправьте кавычки.",
        "línea {line}: {error}. Corrija las comillas.",
    ),
    "table.needs": _row(
        "line 1: the columns `member` and `choice` are needed. Name them so.",
        "السطر 1: يلزم العمودان `member` و`choice`. سمّهما هكذا.",
        "第1行：需要`member`和`choice`两列。请如此命名。",
        "ligne 1 : il faut les colonnes `member` et `choice`. Nommez-les ainsi.",
        "строка 1: нужны столбцы `member` и `choice`. Назовите их так.",
        "línea 1: hacen falta las columnas `member` y `choice`. Llámelas así.",
    ),
    "table.unknown": _row(
        "the column is not known. Use some of: {known}; or take it out.",
        "العمود غير معروف. استعمل بعضًا من: {known}؛ أو احذفه.",
        "不认识该列。请使用下列之一：{known}；或将其删除。",
        "la colonne est inconnue. Utilisez parmi : {known} ; ou retirez-la.",
        "столбец неизвестен. Используйте из этих: {known}; или уберите его.",
        "la columna no se conoce. Use alguna de: {known}; o quítela.",
    ),
    "table.no_name": _row(
        "there is no name. Write the member's name.",
        "لا يوجد اسم. اكتب اسم العضو.",
        "没有名称。请写明成员名称。",
        "il n’y a pas de nom. Écrivez le nom du membre.",
        "нет имени. Напишите имя члена.",
        "no hay nombre. Escriba el nombre del miembro.",
    ),
    "table.twice": _row(
        "{name} is there twice. Keep one of the lines.",
        "{name}: مكرر. أبقِ أحد السطرين.",
        "{name}出现两次。请保留其中一行。",
        "{name} figure deux fois. Gardez une des lignes.",
        "{name}: есть дважды. Оставьте одну из строк.",
        "{name} está dos veces. Deje una de las líneas.",
    ),
    "table.no_choice": _row(
        "{written} is no choice. Write one of: {words}.",
        "{written} ليس خيارًا. اكتب واحدًا من: {words}.",
        "{written}不是选项。请写下列之一：{words}。",
        "{written} n’est pas un choix. Écrivez l’un de : {words}.",
        "{written}: такого выбора нет. Напишите одно из: {words}.",
        "{written} no es una opción. Escriba una de: {words}.",
    ),
    "table.several_weights": _row(
        "the rule has several weights: {names}. Name the column after one.",
        "للقاعدة أوزان عدة: {names}. سمّ العمود باسم أحدها.",
        "该规则有多个权重：{names}。请以其一命名该列。",
        "la règle a plusieurs poids : {names}. Nommez la colonne d’après l’un d’eux.",
        "у правила несколько весов: {names}. Назовите столбец по одному из них.",
        "la regla tiene varios pesos: {names}. Dé a la columna el nombre de uno.",
    ),
    "table.no_group": _row(
        "the charter declares no group {group}. There is: {known}. Mend or leave out.",
        "لا ينص الميثاق على مجموعة {group}. يوجد: {known}. صحّح أو احذف.",
        "章程未列出组{group}。现有：{known}。请更正或删去。",
        "la charte ne déclare pas de groupe {group}. Il y a : {known}. Corrigez ou supprimez.",
        "в хартии нет группы {group}. Есть: {known}. Исправьте или уберите.",
        "la carta no declara ningún grupo {group}. Hay: {known}. Corrija o suprima.",
    ),
    "table.no_number": _row(
        "{written} is no number of 0 or more. Write it as 12, 12.5 or 2/3.",
        "{written} ليس عددًا لا يقل عن 0. اكتبه هكذا: 12 أو 12.5 أو 2/3.",
        "{written}不是0或以上的数。请写作12、12.5或2/3。",
        "{written} n’est pas un nombre positif ou nul. Écrivez 12, 12.5 ou 2/3.",
        "{written}: не число от 0. Пишите 12, 12.5 или 2/3.",
        "{written} no es un número de 0 o más. Escriba 12, 12.5 o 2/3.",
    ),
    "table.yes_no": _row(
        "{written} is neither yes nor no. Write yes or no.",
        "{written} ليس yes ولا no. اكتب yes أو no.",
        "{written}既不是yes也不是no。请写yes或no。",
        "{written} n’est ni yes ni no. Écrivez yes ou no.",
        "{written}: не yes и не no. Напишите yes или no.",
        "{written} no es ni yes ni no. Escriba yes o no.",
    ),
    "table.zero": _row(
        "0 beside 1 may be a no or an abstention. Write no or abstain.",
        "قد يعني 0 بجانب 1 «لا» أو امتناعًا. اكتب no أو abstain.",
        "与1并列的0可能是反对，也可能是弃权。请写no或abstain。",
        "0 à côté de 1 peut être un non ou une abstention. Écrivez no ou abstain.",
        "0 рядом с 1 может быть «против» или воздержанием. Напишите no или abstain.",
        "0 junto a 1 puede ser un no o una abstención. Escriba no o abstain.",
    ),
    "table.spelling": _row(
        "the charter lists {listed} under {group}, the table has {written}. Write one as the other.",
        "يذكر الميثاق {listed} ضمن {group}، وفي الجدول {written}. اكتب أحدهما كالآخر.",
        "章程在{group}下列出{listed}，表中为{written}。请统一写法。",
        "la charte cite {listed} sous {group}, la table a {written}. Écrivez l’un comme l’autre.",
        "в хартии в {group} названо {listed}, в таблице {written}. Напишите одинаково.",
        "la carta nombra {listed} en {group}, la tabla tiene {written}. Escríbalos igual.",
    ),
}
