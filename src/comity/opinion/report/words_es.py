"""The sentences of the report in Spanish, drafted by machine and reviewed by nobody. A pair is (for 1, for others), chosen by `n`."""

from __future__ import annotations

SPANISH: dict[str, str | tuple[str, ...]] = {
    # --- small parts ---
    "people": ("{n} persona", "{n} personas"),
    "statements": ("{n} afirmación", "{n} afirmaciones"),
    "votes": ("{n} voto", "{n} votos"),
    "votes_fewer": "menos de {n} votos",
    "groups": ("{n} grupo", "{n} grupos"),
    "times": ("una vez", "{n} veces"),
    "agree": "de acuerdo",
    "pass": "paso",
    "disagree": "en desacuerdo",
    "everyone": "Todos",
    "others": "Otros",
    "group": "Grupo {id}",
    "statement_number": "N.º {id}",
    "statement_without_text": "Afirmación {id} (texto desconocido)",
    "original": "Original",
    "no_figure": "–",
    "not_enough": "datos insuficientes",
    "under_one_per_cent": "menos del 1 %",
    "over_99_per_cent": "más del 99 %",
    # --- title and banner ---
    "report_title": "{title}: en qué coincide la gente",
    "untitled": "Una consulta",
    "kicker": "Informe de una consulta",
    "simulated": "SIMULACIÓN",
    "simulated_title": "{simulated} · {title}",
    "simulated_banner": (
        "No se preguntó a nadie. Las personas y las respuestas son inventadas, y ninguna cifra dice aquí lo que alguien piensa."
    ),
    "what_this_is": "{people} participaron y emitieron {votes} sobre {statements}: de acuerdo, paso o en desacuerdo.",
    "what_is_counted": (
        "Se cuentan las respuestas de {people}: {votes} sobre {statements}, de acuerdo, paso o en desacuerdo. Se omiten las "
        "cifras sobre menos de {floor} personas."
    ),
    "nobody_saw_all": "No todos vieron todas las afirmaciones; cada persona respondió en promedio a {each} de ellas.",
    "who_speaks": ("Las cifras hablan por quienes participaron; aquí no se sabe cómo llegaron ni a quién se parecen."),
    "about": "Sobre esta consulta",
    "source": "Fuente",
    "skip": "Ir a los resultados",
    "contents": "Contenido",
    # --- main findings ---
    "in_short": "En breve",
    "see": "Más",
    "see_counts": "Cómo se contó",
    "find_common": "Lo que une",
    "find_common_fifth": (
        "En {n} afirmación la mayoría está de acuerdo, incluso en el quinto que menos lo está.",
        "En {n} afirmaciones la mayoría está de acuerdo, incluso en el quinto que menos lo está.",
    ),
    "find_common_group": (
        "En {n} afirmación la mayoría está de acuerdo en cada grupo.",
        "En {n} afirmaciones la mayoría está de acuerdo en cada grupo.",
    ),
    "find_common_flat": (
        "En {n} afirmación la mayoría está de acuerdo.",
        "En {n} afirmaciones la mayoría está de acuerdo.",
    ),
    "find_common_score": "Estas afirmaciones son las que más se acercan al acuerdo en cada grupo.",
    "find_common_all_groups": "También está de acuerdo más de la mitad de cada grupo.",
    "find_common_in_groups": "En {n} de ellas también está de acuerdo más de la mitad de cada grupo.",
    "find_common_none": "Ninguna afirmación tiene asegurado el acuerdo de la mayoría, esté donde esté. Las más cercanas:",
    "find_common_unknown": "No hay datos suficientes para decir en qué coincide la gente por encima de sus diferencias.",
    "find_groups": "Quién difiere",
    "find_no_groups": "No hay datos suficientes para buscar grupos de opinión.",
    "find_one_group": (
        "No se hallaron grupos separados: las opiniones difieren por grados, y un solo grupo las describe mejor."
    ),
    "find_some_groups": "Las opiniones se reparten en {n} grupos.",
    "find_perhaps_groups": "Las opiniones se reparten en {n} grupos, aunque su número es inseguro.",
    "find_group_sizes": "De las personas del mapa, {sizes}.",
    "find_group_size": "{share} están en el grupo {id}",
    "find_resampled": (
        "Al volver a sortear a las personas {resamples}, {same} de los sorteos dieron el mismo número de grupos."
    ),
    "find_given_up": (
        "Los grupos que aparecieron al principio no volvieron lo bastante al sortear de nuevo a las personas {resamples}, y se "
        "descartaron."
    ),
    "find_least_stable": "El menos seguro es el grupo {id}: {words}.",
    "stable_very": "vuelve casi sin cambios",
    "stable": "vuelve, con otras personas en su borde",
    "stable_little": "es una tendencia, y su borde es inseguro",
    "stable_not": "a menudo no vuelve; no conviene fiarse de él",
    "find_divides": "Lo que divide",
    "find_divided": "Es aquí donde más difieren las opiniones:",
    "find_not_divided": "No se halló ninguna afirmación que divida con claridad.",
    "find_far_apart": "{most} están de acuerdo en el grupo {most_id}, {least} en el grupo {least_id}.",
    "find_split": "{agree} están de acuerdo, {disagree} en desacuerdo.",
    "find_map": "¿Significa algo el mapa?",
    "find_map_yes": "Sí. Predice votos que se le ocultaron mejor que las simples tasas.",
    "find_map_little": "Muy poco. Predice votos que se le ocultaron apenas mejor que las simples tasas.",
    "find_map_no": "No hay mapa: saber cómo se respondió a otras afirmaciones no ayudó a predecir los votos.",
    "find_map_untested": "No pudo comprobarse: hay demasiado pocos votos para ocultar alguno.",
    "find_pairs": (
        "Ante un acuerdo oculto y un desacuerdo oculto, el mapa distingue cuál es cuál en {map} de 100 casos; las simples tasas "
        "de las afirmaciones, en {plain}."
    ),
    "find_coordination": "¿Hubo votos coordinados?",
    "find_not_looked": "No se examinó.",
    "find_no_alarm": "No se halló ningún indicio.",
    "find_alarm": (
        "Se sospecha: {n} conjunto de votantes se parece más de lo que explican sus opiniones.",
        "Se sospecha: {n} conjuntos de votantes se parecen más de lo que explican sus opiniones.",
    ),
    "find_kept_all": "El terreno común no depende de ello: se excluya el que se excluya, sus primeras {of} afirmaciones quedan.",
    "find_kept_some": (
        "El terreno común depende de ello en parte: si se excluye uno, quedan {kept} de sus primeras {of} afirmaciones."
    ),
    "find_missing": "Lo que falta",
    "find_lacking": (
        "{n} de {of} afirmaciones tiene demasiado pocos votos para decir algo de ella.",
        "{n} de {of} afirmaciones tienen demasiado pocos votos para decir algo de ellas.",
    ),
    "find_nothing_lacking": "Cada afirmación tiene votos suficientes para decir algo de ella.",
    "find_unplaced": (
        "{n} persona no dio ninguna respuesta que pueda situarse en el mapa.",
        "{n} personas no dieron ninguna respuesta que pueda situarse en el mapa.",
    ),
    "find_not_declared": "Solo se sabe en parte quiénes son las personas: {shares}.",
    "find_not_declared_share": "{share} no declararon: {name}",
    "find_bad_rows": "Se omitieron las filas que no pudieron leerse; figuran al final.",
    # --- common ground ---
    "common": "Terreno común",
    "common_fifth": (
        "En qué coincide la gente por encima de sus diferencias. De cada afirmación miramos el quinto de las personas que menos la "
        "aprueba, estén donde estén, y estimamos cuántas de ellas están de acuerdo: a partir de todas las respuestas juntas, "
        "porque nadie respondió a todo. El límite inferior del intervalo decide el orden, para que una afirmación con pocos votos "
        "no encabece por suerte. Un grupo menor que un quinto puede estar aún en desacuerdo; cuando es así, se dice."
    ),
    "common_least_group": (
        "En qué coincide la gente por encima de sus diferencias: de cada afirmación miramos el grupo que menos la aprueba. El "
        "límite inferior del intervalo decide el orden, para que una afirmación con pocos votos no encabece por suerte."
    ),
    "common_consensus": (
        "Afirmaciones con el mayor producto de las tasas de acuerdo de los grupos (consenso que tiene en cuenta a los grupos). El "
        "límite inferior del intervalo decide el orden, para que una afirmación con pocos votos no encabece por suerte."
    ),
    "bars": (
        "Barras: la parte llena está de acuerdo, el hueco pasa, la parte rayada está en desacuerdo; la línea de debajo es el "
        "intervalo de la proporción de acuerdo. Números: de acuerdo / paso / en desacuerdo. Los intervalos han de contener el valor "
        "verdadero en {coverage} de 100 casos."
    ),
    "dash": "Una raya significa datos insuficientes, nunca cero.",
    "dash_floor": (
        "Una raya significa datos insuficientes, o una cifra omitida porque se apoya en menos de {n} personas o delataría una "
        "cifra así; nunca cero."
    ),
    "at_least_fifth": "Del quinto que menos de acuerdo está, al menos {tenths} de cada 10 lo están.",
    "at_least_group": "En cada grupo, al menos {tenths} de cada 10 están de acuerdo.",
    "at_least_flat": "Al menos {tenths} de cada 10 están de acuerdo.",
    "at_least_that_fifth": "Al menos {tenths} de cada 10 de ese quinto están de acuerdo.",
    "few_fifth": "Del quinto que menos de acuerdo está, puede que lo esté menos de 1 de cada 10.",
    "few_group": "En el grupo que menos de acuerdo está, puede que lo esté menos de 1 de cada 10.",
    "few_flat": "Puede que esté de acuerdo menos de 1 de cada 10.",
    "score_of_one": "Puntuación {estimate} de 1.",
    "estimate_span": "Estimación {estimate}, intervalo {span}.",
    "weakest_group": "Lo menos, en el grupo {id}.",
    "but_group": "Pero no en el grupo {id}: {share}.",
    "weakest_segment": "Por {name}: lo menos en {label}, {estimate} ({span}).",
    "no_common": "No puede ordenarse nada: demasiado pocas personas respondieron a las mismas afirmaciones.",
    "who": "Quién",
    "bar": "Barra",
    "share_agree": "De acuerdo",
    "interval": "Intervalo",
    "counts": "De acuerdo / paso / en desacuerdo",
    "votes_on": "Votos sobre la afirmación {id}",
    # --- the map ---
    "map": "El mapa de opinión",
    "map_how": (
        "Quienes responden parecido están cerca. Las direcciones no significan nada por sí mismas: lo que separan se dice abajo."
    ),
    "map_cells": (
        "Cada marca representa al menos a {least} personas cercanas entre sí, nunca a una sola; una marca mayor, a más personas."
    ),
    "map_strip_cells": "Cada marca representa al menos a {least} personas cercanas entre sí, nunca a una sola.",
    "map_groups": "La forma y el color dicen a qué grupo pertenecen; en medio de cada grupo está su letra.",
    "map_marks": "{cells} marcas, de {least} a {most} personas.",
    "map_title": "Mapa de opinión: {people} en {groups}",
    "map_strip_title": "Línea de opinión: {people} en {groups}",
    "map_axes_more": "La mejor descripción tiene {axes} ejes; se dibujan los dos que más importan.",
    "map_strip": "Un eje basta para describir las diferencias. La altura de cada línea es el número de personas que están allí.",
    "map_none": (
        "No se dibuja ningún mapa. Un mapa solo vale la pena si predice votos que no ha visto, y aquí las simples tasas de las "
        "afirmaciones los predijeron igual de bien. Puede que la gente esté en general de acuerdo, que responda sin regularidad o "
        "que haya respondido demasiado poco."
    ),
    "map_no_cells": "No se dibuja ningún mapa: pudieron situarse demasiado pocas personas para mostrarlas sin mostrar a una sola.",
    "axis": "Eje {n}",
    "axis_right": "la derecha",
    "axis_left": "la izquierda",
    "axis_up": "arriba",
    "axis_down": "abajo",
    "axis_more": "Hacia {way}, es aquí donde más sube el acuerdo, {change}:",
    "axis_change": "de {low} a {high}",
    "map_where": "Dónde están los grupos",
    "map_table": "Las marcas del mapa en una tabla",
    "cell_people": "Personas",
    "cell_group": "Grupo",
    "cell_title": "{people} del grupo {id}",
    "position": "Posición en el eje {n}",
    # --- groups ---
    "opinion_groups": "Grupos de opinión",
    "groups_how": (
        "Los grupos se hallan solo a partir de las respuestas y se nombran por tamaño; nadie eligió uno. Quienes están cerca de un "
        "borde pertenecen en parte a más de uno."
    ),
    "groups_number": "Cómo se halló el número: {components} componentes, {modes} cimas de opinión separadas.",
    "group_people": "{people}, {share} de las del mapa.",
    "group_certain": (
        "{n} de ellas pertenece a él con una probabilidad de al menos el 80 %.",
        "{n} de ellas pertenecen a él con una probabilidad de al menos el 80 %.",
    ),
    "group_stability": "En los remuestreos {words} (semejanza {jaccard} de 1).",
    "group_stability_unknown": "No se midió su estabilidad.",
    "group_apart": "Lo que lo distingue",
    "group_nothing": "Ninguna afirmación distingue con claridad a este grupo.",
    "more_agree": "{share} del grupo {id} están de acuerdo, {others} de los demás.",
    "more_disagree": "{share} del grupo {id} están en desacuerdo, {others} de los demás.",
    "size": "Personas",
    "share": "Proporción",
    "resampled_groups": "Cuántas veces los remuestreos dieron cada número de grupos",
    "number_of_groups": "Número de grupos",
    "found": "Remuestreos",
    # --- divides ---
    "divides": "Lo que divide",
    "divides_how": "Afirmaciones en las que la respuesta esperada depende más de dónde está cada persona.",
    "divides_score": "Dispersión del acuerdo esperado: {score} de 0,5 como máximo.",
    "no_divides": "Ninguna afirmación divide con claridad, o se respondió a demasiado pocas para saberlo.",
    # --- majorities ---
    "majorities": "Mayorías",
    "majorities_how": (
        "Lo que dice la mayoría, sea cual sea su grupo. Un grupo grande puede formar mayoría por sí solo: solo el terreno común "
        "vale por encima de las diferencias."
    ),
    "majority_agree": "{share} de {people} están de acuerdo.",
    "majority_disagree": "{share} de {people} están en desacuerdo.",
    "no_majorities": "Ninguna afirmación tiene una mayoría clara.",
    # --- slate ---
    "slate": "Una lista que representa a todos",
    "slate_how": (
        "Elegida de modo que cada parte de las personas tenga lugares en proporción a su número: con {places} lugares, {people} que "
        "coinciden en algo tienen derecho a uno. Quién está de acuerdo se estima con el mapa: quienes están donde el acuerdo es más "
        "probable que lo contrario."
    ),
    "slate_all": (
        "Según esta estimación todos estarían de acuerdo con cada afirmación de la lista, de modo que ninguna parte necesita un "
        "lugar propio."
    ),
    "slate_entry": "{supporters} probablemente están de acuerdo; para {newly} de ellas es la primera de la lista.",
    "slate_entry_none": "{supporters} probablemente están de acuerdo; todas tenían ya algo en la lista.",
    "slate_completion": "Añadida después de usarse todas las partes justas.",
    "slate_represented": "{represented} de {people} probablemente están de acuerdo con al menos una afirmación de la lista.",
    "slate_holds": "El certificado de proporcionalidad se comprobó y se sostiene.",
    "slate_fails": "El certificado de proporcionalidad no se sostiene.",
    "slate_certain": "Frente a los votos emitidos se sostiene, fueran cuales fueran los no emitidos.",
    "slate_open": "Frente a los votos emitidos queda abierto: depende de votos que no se emitieron.",
    "slate_refuted": "Frente a los votos emitidos falla, fueran cuales fueran los no emitidos.",
    "no_slate": "No pudo formarse ninguna lista: demasiado pocas afirmaciones tienen un apoyo que pueda contarse.",
    # --- segments ---
    "segments": "Según lo que la gente declaró",
    "segments_how": (
        "Algunas personas declararon quiénes son. Las tasas dentro de una parte declarada no necesitan mapa ni grupos. De las "
        "respuestas con 5 votos o más se nombran la menos y la más favorable; con pocos votos, ambas pueden deberse al azar."
    ),
    "segment_people": "{name}: personas del mapa",
    "segment_groups": "{name}: personas y grupos de opinión",
    "segment_rates": "{name}: acuerdo con las afirmaciones nombradas arriba",
    "not_declared": "No declarado",
    "label": "Declarado",
    "least": "Lo menos",
    "most": "Lo más",
    "least_in": "{share} de {n} ({label})",
    "no_segments": "Nadie declaró nada, o no se preguntó.",
    # --- importance ---
    "importance": "Lo que la gente marcó como importante",
    "importance_how": (
        "Las marcas se cuentan y se muestran junto al acuerdo. Nunca pesan: ningún orden ni ninguna cifra de este informe depende "
        "de ellas."
    ),
    "importance_none": "No se pidió a la gente que marcara lo que le importa.",
    "importance_left_out": "Se pusieron marcas, pero ninguna afirmación tiene votos de {n} personas.",
    "marks": "Marcas",
    "rate": "Proporción",
    "marks_share": "De los votantes",
    # --- coordination ---
    "coordination": "Sospecha de coordinación",
    "coordination_how": (
        "Cuentas que repiten las respuestas unas de otras más de lo que explican opiniones parecidas. Una sospecha que han de "
        "juzgar personas; no se quitó ningún voto."
    ),
    "coordination_compared": "Se compararon {people}.",
    "cluster": "Conjunto {n}: {people}",
    "cluster_few": "Conjunto {n}: menos de {floor} personas",
    "cluster_kept": "Sin este conjunto quedan {kept} de las primeras {of} afirmaciones, y {groups}.",
    "cluster_groups": ("se halla {n} grupo", "se hallan {n} grupos"),
    # --- next ---
    "next": "Qué preguntar después",
    "next_how": "Afirmaciones en las que más votos dirían más:",
    "next_none": "Ninguna afirmación destaca por necesitar más votos.",
    "lacking": "Demasiado pocos votos para decir algo",
    "lacking_more": "y {n} más",
    # --- all statements ---
    "all": "Todas las afirmaciones",
    "all_how": (
        "En el orden del terreno común y luego por número. Proporción: de acuerdo entre todos los votos. Seguro: límite inferior de "
        "la medida principal. Divide: de 0 a 0,5. De un grupo con menos de 5 votos no se da proporción."
    ),
    "all_open": "Mostrar las {n} afirmaciones",
    "all_cut": "Aquí se muestran las primeras {n}; el archivo statements.parquet tiene las {of}.",
    "number": "N.º",
    "statement": "Afirmación",
    "sure": "Seguro",
    "divisive": "Divide",
    "out_rejected": "rechazada por los moderadores",
    "out_other": "no cuenta en los resultados",
    "cut_text": "Los textos de más de {n} caracteres se cortan aquí; result.json los tiene enteros.",
    # --- method ---
    "method": "Cómo se hizo esto y cómo comprobarlo",
    "method_ranking": "Medida principal",
    "ranking_fifth": (
        "Acuerdo del quinto de las personas que menos de acuerdo está, estimado con el mapa y ordenado por el límite inferior de su "
        "intervalo. No depende de cómo se agrupó a la gente, y cuatro quintos no pueden imponerse al resto. Un grupo menor puede "
        "quedar en minoría: sus propias tasas están al lado."
    ),
    "ranking_group": (
        "Acuerdo del grupo que menos de acuerdo está, ordenado por el límite inferior de su intervalo. Un grupo grande no puede "
        "imponerse a uno pequeño; depende de cómo se agrupó a la gente."
    ),
    "ranking_consensus": (
        "Consenso que tiene en cuenta a los grupos: producto de las tasas de acuerdo de los grupos, ordenado por el límite inferior "
        "de su intervalo. Depende de cómo se agrupó a la gente."
    ),
    "uncertainty": "Incertidumbre",
    "uncertainty_how": (
        "Los intervalos han de contener el valor verdadero en {coverage} de 100 casos (z = {z}). Dicen lo que el azar puede hacer "
        "con quién votó sobre qué; no dicen nada de quienes no vinieron."
    ),
    "dates": "Cuándo se votó no influye en este resultado, así que no se dan fechas.",
    "software": "Programa",
    "method_name": "Método",
    "seed": "Semilla",
    "floor": "Mínimo",
    "floor_how": (
        "ninguno: cada voto cuenta",
        "{n} personas; lo que se apoya en menos se omitió antes de calcular nada",
    ),
    "most_axes": "Ejes probados, como máximo",
    "digest": "SHA-256 de los votos",
    "sums_digest": "SHA-256 de sums.json",
    "result_format": "Formato de result.json",
    "taking_part": "Afirmaciones que cuentan",
    "on_the_map": "Personas en el mapa",
    "people_word": "Personas",
    "statements_word": "Afirmaciones",
    "votes_word": "Votos",
    "votes_parts": "{votes}: {agrees} de acuerdo, {passes} paso, {disagrees} en desacuerdo",
    "trials": "Qué número de ejes predice mejor los votos ocultos",
    "trials_how": (
        "Se ocultaron {hidden} votos. Pérdida logarítmica: menos es mejor. AUC: proporción de pares distinguidos, más es mejor. "
        "Cero ejes: solo lo popular que es cada afirmación. Se elige el menor número de ejes que lo hace tan bien como el mejor, "
        "dentro de un error típico o 0,001."
    ),
    "axes": "Ejes",
    "log_loss": "Pérdida logarítmica",
    "auc": "AUC",
    "difference": "± frente al mejor",
    "chosen": "elegido",
    "needs": "De qué puede recalcularse cada resultado",
    "finding": "Resultado",
    "needed": "Necesita",
    "needs_sums": "las sumas publicadas (sums.json)",
    "needs_votes": "los votos",
    "check": "Recalcularlo",
    "check_how": "Con la carpeta en la que vino esta página:",
    "check_command": "comity map --check FOLDER",
    "notes": "Notas",
    "left_out": "Lo que se omitió",
    "left_out_floor": (
        "Las cifras sobre menos de {n} personas y lo que las delataría por sustracción. Las personas que no están en el mapa, y sus "
        "votos sobre una afirmación, no se cuentan si son menos de {n}."
    ),
    "left_out_rows": "Filas que no pudieron leerse",
    "left_out_more": ("y {n} fila más", "y {n} filas más"),
    "nothing_left_out": "Nada: se leyó cada fila.",
    "attribution": "Atribución",
    "made_with": "Hecho con {name} {version}. Esta página es un solo archivo y no carga nada de la red.",
}
