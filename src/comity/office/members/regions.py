"""Regions of the world after the United Nations' Standard country or area codes for statistical use (M49), as of January 2026.

Groupings are for statistics and for the map's order; they say nothing about political affiliation. The table holds the 193 member
states of the United Nations, its two observer states, and Cook Islands and Niue, which have concluded treaties of their own. For
any other code the region is typed in with the party. Names of regions come from the CLDR.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

AS_OF = "2026-01"

PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "002": ("015", "011", "017", "014", "018"),
        "019": ("021", "013", "029", "005"),
        "142": ("143", "030", "035", "034", "145"),
        "150": ("154", "155", "151", "039"),
        "009": ("053", "054", "057", "061"),
    }
)
"""Sub-regions of each region. Sub-Saharan Africa, Latin America and the Caribbean are one level down: their parts stand here."""

_MEMBERS = {
    "015": "DZA EGY LBY MAR SDN TUN",
    "011": "BEN BFA CPV CIV GMB GHA GIN GNB LBR MLI MRT NER NGA SEN SLE TGO",
    "017": "AGO CMR CAF TCD COG COD GNQ GAB STP",
    "014": "BDI COM DJI ERI ETH KEN MDG MWI MUS MOZ RWA SYC SOM SSD UGA TZA ZMB ZWE",
    "018": "BWA SWZ LSO NAM ZAF",
    "021": "CAN USA",
    "013": "BLZ CRI SLV GTM HND MEX NIC PAN",
    "029": "ATG BHS BRB CUB DMA DOM GRD HTI JAM KNA LCA VCT TTO",
    "005": "ARG BOL BRA CHL COL ECU GUY PRY PER SUR URY VEN",
    "143": "KAZ KGZ TJK TKM UZB",
    "030": "CHN PRK JPN MNG KOR",
    "035": "BRN KHM IDN LAO MYS MMR PHL SGP THA TLS VNM",
    "034": "AFG BGD BTN IND IRN MDV NPL PAK LKA",
    "145": "ARM AZE BHR CYP GEO IRQ ISR JOR KWT LBN OMN QAT SAU PSE SYR TUR ARE YEM",
    "154": "DNK EST FIN ISL IRL LVA LTU NOR SWE GBR",
    "155": "AUT BEL FRA DEU LIE LUX MCO NLD CHE",
    "151": "BLR BGR CZE HUN POL MDA ROU RUS SVK UKR",
    "039": "ALB AND BIH HRV GRC VAT ITA MLT MNE MKD PRT SMR SRB SVN ESP",
    "053": "AUS NZL",
    "054": "FJI PNG SLB VUT",
    "057": "KIR MHL FSM NRU PLW",
    "061": "WSM TON TUV COK NIU",
}
SUB_REGION: Mapping[str, str] = MappingProxyType(
    {iso3: code for code, members in _MEMBERS.items() for iso3 in members.split()}
)
"""M49 code of the sub-region by ISO 3166 alpha-3 code."""

REGION: Mapping[str, str] = MappingProxyType(
    {part: region for region, parts in PARTS.items() for part in parts} | {region: region for region in PARTS}
)
"""The region to which a code belongs, a region's own included."""

ORDER: Mapping[str, int] = MappingProxyType(
    {code: n for n, code in enumerate(c for region, parts in PARTS.items() for c in (region, *parts))}
)
"""Place of each code in lists: regions in the order of `PARTS`, each before its parts."""


def is_region(code: str) -> bool:
    """Whether this is the M49 code of a region or sub-region in use here."""
    return code in REGION
