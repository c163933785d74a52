"""The sentences of the report in French, drafted by machine and reviewed by nobody. A pair is (for 0 and 1, for more), chosen by `n`."""

from __future__ import annotations

FRENCH: dict[str, str | tuple[str, ...]] = {
    # --- small parts ---
    "people": ("{n} personne", "{n} personnes"),
    "statements": ("{n} proposition", "{n} propositions"),
    "votes": ("{n} vote", "{n} votes"),
    "votes_fewer": "moins de {n} votes",
    "groups": ("{n} groupe", "{n} groupes"),
    "times": ("une fois", "{n} fois"),
    "agree": "d’accord",
    "pass": "passe",
    "disagree": "pas d’accord",
    "everyone": "Tous",
    "others": "Autres",
    "group": "Groupe {id}",
    "statement_number": "No {id}",
    "statement_without_text": "Proposition {id} (texte inconnu)",
    "original": "Original",
    "no_figure": "–",
    "not_enough": "données insuffisantes",
    "under_one_per_cent": "moins de 1 %",
    "over_99_per_cent": "plus de 99 %",
    # --- title and banner ---
    "report_title": "{title} : ce sur quoi les gens s’accordent",
    "untitled": "Une consultation",
    "kicker": "Rapport d’une consultation",
    "simulated": "SIMULATION",
    "simulated_title": "{simulated} · {title}",
    "simulated_banner": (
        "Personne n’a été interrogé. Personnes et réponses sont inventées, et aucun chiffre ne dit ici ce que quiconque pense."
    ),
    "what_this_is": "{people} ont pris part et exprimé {votes} sur {statements} : d’accord, passe ou pas d’accord.",
    "what_is_counted": (
        "Les réponses de {people} sont comptées : {votes} sur {statements}, d’accord, passe ou pas d’accord. Les chiffres "
        "portant sur moins de {floor} personnes sont omis."
    ),
    "nobody_saw_all": "Tous n’ont pas vu toutes les propositions ; chacun a répondu en moyenne à {each} d’entre elles.",
    "who_speaks": (
        "Les chiffres valent pour ceux qui ont pris part ; on ignore ici comment ils sont venus et à qui ils ressemblent."
    ),
    "about": "À propos de cette consultation",
    "source": "Source",
    "skip": "Aller aux résultats",
    "contents": "Sommaire",
    # --- main findings ---
    "in_short": "En bref",
    "see": "Détails",
    "see_counts": "Comment on a compté",
    "find_common": "Ce qui unit",
    "find_common_fifth": (
        "Sur {n} proposition, la plupart sont d’accord, même dans le cinquième qui l’est le moins.",
        "Sur {n} propositions, la plupart sont d’accord, même dans le cinquième qui l’est le moins.",
    ),
    "find_common_group": (
        "Sur {n} proposition, la plupart sont d’accord dans chaque groupe.",
        "Sur {n} propositions, la plupart sont d’accord dans chaque groupe.",
    ),
    "find_common_flat": (
        "Sur {n} proposition, la plupart sont d’accord.",
        "Sur {n} propositions, la plupart sont d’accord.",
    ),
    "find_common_score": "Ces propositions s’approchent le plus d’un accord dans chaque groupe.",
    "find_common_all_groups": "Plus de la moitié de chaque groupe est également d’accord.",
    "find_common_in_groups": "Sur {n} d’entre elles, plus de la moitié de chaque groupe est également d’accord.",
    "find_common_none": "Aucune proposition n’a l’accord assuré de la plupart, où qu’ils se situent. Les plus proches :",
    "find_common_unknown": "Les données ne suffisent pas pour dire sur quoi les gens s’accordent par-delà leurs différences.",
    "find_groups": "Qui diffère",
    "find_no_groups": "Les données ne suffisent pas pour chercher des groupes d’opinion.",
    "find_one_group": (
        "Aucun groupe séparé n’a été trouvé : les opinions diffèrent par degrés, et un seul groupe les décrit le mieux."
    ),
    "find_some_groups": "Les opinions se répartissent en {n} groupes.",
    "find_perhaps_groups": "Les opinions se répartissent en {n} groupes, mais leur nombre est incertain.",
    "find_group_sizes": "Parmi les personnes de la carte, {sizes}.",
    "find_group_size": "{share} sont dans le groupe {id}",
    "find_resampled": (
        "Lorsque les personnes ont été tirées à nouveau {resamples}, {same} des tirages ont donné le même nombre de groupes."
    ),
    "find_given_up": (
        "Des groupes apparus d’abord ne sont pas assez revenus lorsque les personnes ont été tirées à nouveau {resamples} ; "
        "ils ont été abandonnés."
    ),
    "find_least_stable": "Le moins certain est le groupe {id} : {words}.",
    "stable_very": "il revient presque inchangé",
    "stable": "il revient, avec d’autres personnes à son bord",
    "stable_little": "c’est une tendance, dont le bord est incertain",
    "stable_not": "souvent il ne revient pas ; il ne faut pas s’y fier",
    "find_divides": "Ce qui divise",
    "find_divided": "C’est ici que les opinions diffèrent le plus :",
    "find_not_divided": "Aucune proposition ne divise nettement.",
    "find_far_apart": "{most} sont d’accord dans le groupe {most_id}, {least} dans le groupe {least_id}.",
    "find_split": "{agree} sont d’accord, {disagree} ne le sont pas.",
    "find_map": "La carte a-t-elle un sens ?",
    "find_map_yes": "Oui. Elle prédit des votes qui lui étaient cachés mieux que les simples taux.",
    "find_map_little": "À peine. Elle prédit des votes qui lui étaient cachés à peine mieux que les simples taux.",
    "find_map_no": "Il n’y a pas de carte : savoir comment on a répondu ailleurs n’aidait pas à prédire les votes.",
    "find_map_untested": "Cela n’a pu être éprouvé : il y a trop peu de votes pour en cacher.",
    "find_pairs": (
        "Devant un accord caché et un désaccord caché, la carte les distingue dans {map} cas sur 100 ; les simples taux "
        "des propositions dans {plain}."
    ),
    "find_coordination": "Des votes étaient-ils concertés ?",
    "find_not_looked": "Cela n’a pas été examiné.",
    "find_no_alarm": "Aucun signe n’en a été trouvé.",
    "find_alarm": (
        "On le soupçonne : {n} grappe de votants se ressemblent plus que leurs opinions ne l’expliquent.",
        "On le soupçonne : {n} grappes de votants se ressemblent plus que leurs opinions ne l’expliquent.",
    ),
    "find_kept_all": "Le terrain d’entente n’en dépend pas : quelle que soit celle qu’on écarte, ses {of} premières propositions restent.",
    "find_kept_some": (
        "Le terrain d’entente en dépend en partie : si l’on en écarte une, {kept} de ses {of} premières propositions restent."
    ),
    "find_missing": "Ce qui manque",
    "find_lacking": (
        "{n} proposition sur {of} a trop peu de votes pour qu’on puisse en dire quelque chose.",
        "{n} propositions sur {of} ont trop peu de votes pour qu’on puisse en dire quelque chose.",
    ),
    "find_nothing_lacking": "Chaque proposition a assez de votes pour qu’on puisse en dire quelque chose.",
    "find_unplaced": (
        "{n} personne n’a donné aucune réponse qui puisse être placée sur la carte.",
        "{n} personnes n’ont donné aucune réponse qui puisse être placée sur la carte.",
    ),
    "find_not_declared": "On ne sait qu’en partie qui sont les personnes : {shares}.",
    "find_not_declared_share": "{share} n’ont pas déclaré : {name}",
    "find_bad_rows": "Les lignes illisibles ont été omises ; elles sont énumérées à la fin.",
    # --- common ground ---
    "common": "Terrain d’entente",
    "common_fifth": (
        "Ce sur quoi les gens s’accordent par-delà leurs différences. Pour chaque proposition, nous regardons le cinquième des "
        "personnes qui l’approuve le moins, où qu’elles se situent, et estimons combien d’entre elles sont d’accord : d’après "
        "toutes les réponses ensemble, puisque personne n’a répondu à tout. La borne inférieure de l’intervalle décide de "
        "l’ordre, pour qu’une proposition à peu de votes ne soit pas en tête par chance. Un groupe plus petit qu’un cinquième "
        "peut encore ne pas être d’accord ; dans ce cas, c’est dit."
    ),
    "common_least_group": (
        "Ce sur quoi les gens s’accordent par-delà leurs différences : pour chaque proposition, nous regardons le groupe qui "
        "l’approuve le moins. La borne inférieure de l’intervalle décide de l’ordre, pour qu’une proposition à peu de votes ne "
        "soit pas en tête par chance."
    ),
    "common_consensus": (
        "Propositions dont le produit des taux d’accord des groupes est le plus élevé (consensus tenant compte des groupes). La "
        "borne inférieure de l’intervalle décide de l’ordre, pour qu’une proposition à peu de votes ne soit pas en tête par chance."
    ),
    "bars": (
        "Barres : la partie pleine est d’accord, le vide passe, la partie hachurée n’est pas d’accord ; le trait dessous est "
        "l’intervalle de la part d’accord. Nombres : d’accord / passe / pas d’accord. Les intervalles doivent contenir la vraie "
        "valeur dans {coverage} cas sur 100."
    ),
    "dash": "Un tiret signifie des données insuffisantes, jamais zéro.",
    "dash_floor": (
        "Un tiret signifie des données insuffisantes, ou un chiffre omis parce qu’il porte sur moins de {n} personnes ou "
        "trahirait un tel chiffre ; jamais zéro."
    ),
    "at_least_fifth": "Dans le cinquième le moins d’accord, au moins {tenths} sur 10 sont d’accord.",
    "at_least_group": "Dans chaque groupe, au moins {tenths} sur 10 sont d’accord.",
    "at_least_flat": "Au moins {tenths} sur 10 sont d’accord.",
    "at_least_that_fifth": "Au moins {tenths} sur 10 de ce cinquième sont d’accord.",
    "few_fifth": "Dans le cinquième le moins d’accord, il se peut que moins de 1 sur 10 le soit.",
    "few_group": "Dans le groupe le moins d’accord, il se peut que moins de 1 sur 10 le soit.",
    "few_flat": "Il se peut que moins de 1 sur 10 soit d’accord.",
    "score_of_one": "Score de {estimate} sur 1.",
    "estimate_span": "Estimation {estimate}, intervalle {span}.",
    "weakest_group": "Le moins dans le groupe {id}.",
    "but_group": "Mais pas dans le groupe {id} : {share}.",
    "weakest_segment": "Selon {name} : le moins chez {label}, {estimate} ({span}).",
    "no_common": "Rien ne peut être classé : trop peu de personnes ont répondu aux mêmes propositions.",
    "who": "Qui",
    "bar": "Barre",
    "share_agree": "D’accord",
    "interval": "Intervalle",
    "counts": "D’accord / passe / pas d’accord",
    "votes_on": "Votes sur la proposition {id}",
    # --- the map ---
    "map": "La carte des opinions",
    "map_how": (
        "Ceux qui répondent de même sont proches. Les directions n’ont pas de sens propre : ce qu’elles séparent est dit ci-dessous."
    ),
    "map_cells": (
        "Chaque marque représente au moins {least} personnes proches les unes des autres, jamais une seule ; plus la marque est "
        "grande, plus elles sont nombreuses."
    ),
    "map_strip_cells": "Chaque marque représente au moins {least} personnes proches les unes des autres, jamais une seule.",
    "map_groups": "Forme et couleur disent à quel groupe elles appartiennent ; une lettre se trouve au milieu de son groupe.",
    "map_marks": "{cells} marques, de {least} à {most} personnes.",
    "map_title": "Carte des opinions : {people} en {groups}",
    "map_strip_title": "Ligne des opinions : {people} en {groups}",
    "map_axes_more": "La meilleure description a {axes} axes ; les deux qui comptent le plus sont dessinés.",
    "map_strip": "Un axe suffit à décrire les différences. La hauteur de chaque trait est le nombre de personnes qui s’y trouvent.",
    "map_none": (
        "Aucune carte n’est dessinée. Une carte n’en vaut la peine que si elle prédit des votes qu’elle n’a pas vus, et ici les "
        "simples taux des propositions les prédisaient aussi bien. Peut-être les gens sont-ils largement d’accord, répondent-ils "
        "sans régularité, ou ont-ils trop peu répondu."
    ),
    "map_no_cells": "Aucune carte n’est dessinée : trop peu de personnes ont pu être placées pour les montrer sans en montrer une seule.",
    "axis": "Axe {n}",
    "axis_right": "la droite",
    "axis_left": "la gauche",
    "axis_up": "le haut",
    "axis_down": "le bas",
    "axis_more": "Vers {way}, c’est ici que l’accord monte le plus, {change} :",
    "axis_change": "de {low} à {high}",
    "map_where": "Où se situent les groupes",
    "map_table": "Les marques de la carte en tableau",
    "cell_people": "Personnes",
    "cell_group": "Groupe",
    "cell_title": "{people} du groupe {id}",
    "position": "Position sur l’axe {n}",
    # --- groups ---
    "opinion_groups": "Groupes d’opinion",
    "groups_how": (
        "Les groupes ne sont tirés que des réponses et sont nommés selon leur taille ; personne n’en a choisi un. Ceux qui sont "
        "près d’un bord appartiennent en partie à plusieurs."
    ),
    "groups_number": "Comment le nombre a été trouvé : {components} composantes, {modes} sommets d’opinion séparés.",
    "group_people": "{people}, {share} de ceux de la carte.",
    "group_certain": (
        "{n} d’entre elles y appartient avec une probabilité d’au moins 80 %.",
        "{n} d’entre elles y appartiennent avec une probabilité d’au moins 80 %.",
    ),
    "group_stability": "Dans les rééchantillonnages {words} (similitude {jaccard} sur 1).",
    "group_stability_unknown": "Sa stabilité n’a pas été mesurée.",
    "group_apart": "Ce qui le distingue",
    "group_nothing": "Aucune proposition ne distingue nettement ce groupe.",
    "more_agree": "{share} du groupe {id} sont d’accord, {others} des autres.",
    "more_disagree": "{share} du groupe {id} ne sont pas d’accord, {others} des autres.",
    "size": "Personnes",
    "share": "Part",
    "resampled_groups": "Combien de fois les rééchantillonnages ont donné chaque nombre de groupes",
    "number_of_groups": "Nombre de groupes",
    "found": "Rééchantillonnages",
    # --- divides ---
    "divides": "Ce qui divise",
    "divides_how": "Propositions pour lesquelles la réponse attendue dépend le plus de la place de chacun.",
    "divides_score": "Dispersion de l’accord attendu : {score} sur 0,5 au plus.",
    "no_divides": "Aucune proposition ne divise nettement, ou trop peu ont reçu de réponses pour le dire.",
    # --- majorities ---
    "majorities": "Majorités",
    "majorities_how": (
        "Ce que dit la plupart, quel que soit le groupe. Un grand groupe peut faire une majorité à lui seul : seul le terrain "
        "d’entente vaut par-delà les différences."
    ),
    "majority_agree": "{share} de {people} sont d’accord.",
    "majority_disagree": "{share} de {people} ne sont pas d’accord.",
    "no_majorities": "Aucune proposition n’a de majorité nette.",
    # --- slate ---
    "slate": "Une liste qui représente tout le monde",
    "slate_how": (
        "Choisie de façon que chaque partie des personnes ait une part des places en proportion de son nombre : avec {places} "
        "places, {people} qui s’accordent sur quelque chose ont droit à une. Qui est d’accord est estimé d’après la carte : ceux "
        "qui se situent là où l’accord est plus probable que son contraire."
    ),
    "slate_all": (
        "Selon cette estimation, tout le monde serait d’accord avec chaque proposition de la liste, de sorte qu’aucune partie "
        "n’a besoin d’une place à elle."
    ),
    "slate_entry": "{supporters} sont plus probablement d’accord que non ; pour {newly} d’entre elles, c’est la première de la liste.",
    "slate_entry_none": "{supporters} sont plus probablement d’accord que non ; toutes avaient déjà quelque chose sur la liste.",
    "slate_completion": "Ajoutée après que toutes les parts équitables ont été employées.",
    "slate_represented": (
        "{represented} sur {people} sont plus probablement d’accord que non avec au moins une proposition de la liste."
    ),
    "slate_holds": "Le certificat de proportionnalité a été vérifié et tient.",
    "slate_fails": "Le certificat de proportionnalité ne tient pas.",
    "slate_certain": "Au regard des votes exprimés il tient, quels qu’auraient été les votes non exprimés.",
    "slate_open": "Au regard des votes exprimés la question reste ouverte : elle dépend de votes non exprimés.",
    "slate_refuted": "Au regard des votes exprimés il ne tient pas, quels qu’auraient été les votes non exprimés.",
    "no_slate": "Aucune liste n’a pu être établie : trop peu de propositions ont un soutien qui se compte.",
    # --- segments ---
    "segments": "Selon ce que les gens ont déclaré",
    "segments_how": (
        "Certains ont déclaré qui ils sont. Les taux dans une partie déclarée ne demandent ni carte ni groupes. Parmi les "
        "réponses d’au moins 5 votes, la moins et la plus favorable sont nommées ; avec peu de votes, l’une et l’autre peuvent "
        "être un hasard."
    ),
    "segment_people": "{name} : personnes de la carte",
    "segment_groups": "{name} : personnes et groupes d’opinion",
    "segment_rates": "{name} : accord avec les propositions nommées ci-dessus",
    "not_declared": "Non déclaré",
    "label": "Déclaré",
    "least": "Le moins",
    "most": "Le plus",
    "least_in": "{share} de {n} ({label})",
    "no_segments": "Personne n’a rien déclaré, ou on ne l’a pas demandé.",
    # --- importance ---
    "importance": "Ce que les gens ont marqué comme important",
    "importance_how": (
        "Les marques sont comptées et montrées à côté de l’accord. Elles ne pèsent jamais : aucun rang ni aucun chiffre de ce "
        "rapport n’en dépend."
    ),
    "importance_none": "On n’a pas demandé aux gens de marquer ce qui leur importe.",
    "importance_left_out": "Des marques ont été posées, mais aucune proposition n’a les votes de {n} personnes.",
    "marks": "Marques",
    "rate": "Part",
    "marks_share": "Des votants",
    # --- coordination ---
    "coordination": "Concertation soupçonnée",
    "coordination_how": (
        "Des comptes qui répètent les réponses les uns des autres plus que des opinions semblables ne l’expliquent. Un soupçon, "
        "que des personnes doivent juger ; aucun vote n’a été retiré."
    ),
    "coordination_compared": "{people} comparées.",
    "cluster": "Grappe {n} : {people}",
    "cluster_few": "Grappe {n} : moins de {floor} personnes",
    "cluster_kept": "Sans cette grappe, {kept} des {of} premières propositions restent, et {groups}.",
    "cluster_groups": ("{n} groupe est trouvé", "{n} groupes sont trouvés"),
    # --- next ---
    "next": "Que demander ensuite",
    "next_how": "Propositions sur lesquelles d’autres votes en diraient le plus :",
    "next_none": "Aucune proposition n’a particulièrement besoin d’autres votes.",
    "lacking": "Trop peu de votes pour en dire quelque chose",
    "lacking_more": "et {n} de plus",
    # --- all statements ---
    "all": "Toutes les propositions",
    "all_how": (
        "Dans l’ordre du terrain d’entente, puis du numéro. Part : d’accord parmi tous les votes. Sûr : borne inférieure de la "
        "mesure principale. Divise : de 0 à 0,5. D’un groupe de moins de 5 votes, aucune part n’est donnée."
    ),
    "all_open": "Montrer les {n} propositions",
    "all_cut": "Les {n} premières sont montrées ici ; le fichier statements.parquet les a toutes, {of}.",
    "number": "No",
    "statement": "Proposition",
    "sure": "Sûr",
    "divisive": "Divise",
    "out_rejected": "rejetée par les modérateurs",
    "out_other": "ne compte pas dans les résultats",
    "cut_text": "Les textes de plus de {n} caractères sont coupés ici ; result.json les a en entier.",
    # --- method ---
    "method": "Comment ceci a été fait, et comment le vérifier",
    "method_ranking": "Mesure principale",
    "ranking_fifth": (
        "Accord du cinquième des personnes le moins d’accord, estimé d’après la carte et classé selon la borne inférieure de son "
        "intervalle. Il ne dépend pas de la façon de grouper, et quatre cinquièmes ne peuvent l’emporter sur le reste. Un groupe "
        "plus petit peut être mis en minorité : ses propres taux sont à côté."
    ),
    "ranking_group": (
        "Accord du groupe le moins d’accord, classé selon la borne inférieure de son intervalle. Un grand groupe ne peut "
        "l’emporter sur un petit ; cela dépend de la façon de grouper."
    ),
    "ranking_consensus": (
        "Consensus tenant compte des groupes : produit des taux d’accord des groupes, classé selon la borne inférieure de son "
        "intervalle. Cela dépend de la façon de grouper."
    ),
    "uncertainty": "Incertitude",
    "uncertainty_how": (
        "Les intervalles doivent contenir la vraie valeur dans {coverage} cas sur 100 (z = {z}). Ils disent ce que le hasard peut "
        "faire de qui a voté sur quoi ; ils ne disent rien de ceux qui ne sont pas venus."
    ),
    "dates": "Le moment des votes ne joue aucun rôle dans ce résultat ; aucune date n’est donc donnée.",
    "software": "Logiciel",
    "method_name": "Méthode",
    "seed": "Graine",
    "floor": "Plancher",
    "floor_how": (
        "aucun : chaque vote compte",
        "{n} personnes ; ce qui porte sur moins a été omis avant tout calcul",
    ),
    "most_axes": "Axes essayés, au plus",
    "digest": "SHA-256 des votes",
    "sums_digest": "SHA-256 de sums.json",
    "result_format": "Format de result.json",
    "taking_part": "Propositions qui comptent",
    "on_the_map": "Personnes sur la carte",
    "people_word": "Personnes",
    "statements_word": "Propositions",
    "votes_word": "Votes",
    "votes_parts": "{votes} : {agrees} d’accord, {passes} passe, {disagrees} pas d’accord",
    "trials": "Quel nombre d’axes prédit le mieux des votes cachés",
    "trials_how": (
        "{hidden} votes ont été cachés. Perte logarithmique : plus bas vaut mieux. AUC : part des paires distinguées, plus haut "
        "vaut mieux. Zéro axe : seulement la popularité de chaque proposition. On retient le plus petit nombre d’axes qui fait "
        "aussi bien que le meilleur, à une erreur type ou 0,001 près."
    ),
    "axes": "Axes",
    "log_loss": "Perte logarithmique",
    "auc": "AUC",
    "difference": "± par rapport au meilleur",
    "chosen": "retenu",
    "needs": "De quoi chaque résultat peut être recalculé",
    "finding": "Résultat",
    "needed": "Demande",
    "needs_sums": "les sommes publiées (sums.json)",
    "needs_votes": "les votes",
    "check": "Le recalculer",
    "check_how": "Avec le dossier dans lequel cette page est venue :",
    "check_command": "comity map --check FOLDER",
    "notes": "Remarques",
    "left_out": "Ce qui a été omis",
    "left_out_floor": (
        "Les chiffres portant sur moins de {n} personnes, et ce qui les trahirait par soustraction. Les personnes hors de la "
        "carte, et leurs votes sur une proposition, ne sont pas comptés s’ils sont moins de {n}."
    ),
    "left_out_rows": "Lignes illisibles",
    "left_out_more": ("et {n} ligne de plus", "et {n} lignes de plus"),
    "nothing_left_out": "Rien : chaque ligne a été lue.",
    "attribution": "Mention de la source",
    "made_with": "Fait avec {name} {version}. Cette page est un seul fichier et ne charge rien du réseau.",
}
