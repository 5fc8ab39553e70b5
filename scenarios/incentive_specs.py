"""One incentive to employers as the engine takes it: frozen, in run months, whole pence and codes; and its English."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.quantities import money_text
from scenarios.vocabulary import SECTORS, EmployerKind, month_name

OFFER_WORDS = {
    "adjustments": ("adjust work", "with a declared condition"),
    "flexible_hours": ("offer flexible hours", "with a declared condition, caring duties or short of childcare"),
}
"""What an employer who joins does, and which of his workers it concerns."""
PAYER_WORDS = {"DWP": "the DWP", "combined_authority": "the combined authority", "local_authorities": "councils"}
KIND_WORDS = {EmployerKind.ENTERPRISE: "enterprises", EmployerKind.PUBLIC_BODY: "public bodies"}


@dataclass(frozen=True)
class IncentiveSpec:
    """One incentive. Money in whole pence, months as run month numbers, shares in [0, 1].

    Parameters
    ----------
    name, title
        Identifier and the words for people.
    offers
        `adjustments` or `flexible_hours`.
    payer
        `DWP`, `combined_authority` or `local_authorities`.
    pence_per_month
        Paid to the employer for each worker concerned and month.
    take_up
        Share of the employers it is for that joins; None as the evidence has it at this payment.
    start_month, end_month
        First month of offers and payment, and the month after the last.
    kind_ids
        Kinds of employer (`vocabulary.EmployerKind`) it is for.
    place_ids, sector_ids
        Places and sectors of the employers it is for; None = all.
    size_at_least, size_at_most
        Jobs in normal times of the employers it is for; None = any.
    """

    name: str
    title: str
    offers: str
    payer: str
    pence_per_month: int
    take_up: float | None
    start_month: int
    end_month: int
    kind_ids: tuple[int, ...]
    place_ids: tuple[int, ...] | None = None
    sector_ids: tuple[int, ...] | None = None
    size_at_least: int | None = None
    size_at_most: int | None = None

    def english(self) -> str:
        """Return the incentive in a sentence or two."""
        does, whom = OFFER_WORDS[self.offers]
        parts = [" and ".join(KIND_WORDS[EmployerKind(kind)] for kind in self.kind_ids)]
        low, high = self.size_at_least, self.size_at_most
        if low is not None and high is not None:
            parts.append(f"of {low:,} to {high:,} jobs")
        elif low is not None or high is not None:
            parts.append(f"of {low:,} jobs or more" if low is not None else f"of {high:,} jobs at most")
        if self.sector_ids is not None:
            parts.append("in " + ", ".join(SECTORS[k].replace("_", " ") for k in self.sector_ids))
        if self.place_ids is not None:
            parts.append(f"in {len(self.place_ids)} of the Places")
        share = "a share by the evidence" if self.take_up is None else f"{self.take_up:.0%}"
        pays = (
            f"paid {money_text(self.pence_per_month)} a month by {PAYER_WORDS[self.payer]} for each worker {whom}"
            if self.pence_per_month
            else "unpaid"
        )
        return (
            f"{self.title}: from {month_name(self.start_month)} to {month_name(self.end_month - 1)}, {share} of "
            f"{' '.join(parts)} {does} beyond what they do today, {pays}."
        )
