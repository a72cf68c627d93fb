"""The English of questions about a pipeline: which phrases mean what, before any profile is known.

Phrases are parted by blanks, and the words inside a phrase by underscores. They are matched as written, not by stem:
"closed" is not "closing", and "missing" is not "misses".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.pipeline.meanings import DimensionWord, KindWord, Meaning, Named, PartWord, Word

_WORDS: Mapping[Meaning, str] = {
    Word.NOISE: """
        the a an is are was were be been being do did does can could would should will shall has have had
        there of at in on to for from as it its they them their these those this that me us you i we please
        show everything anything list give gives giving tell find get see all display want need know like look
        about any each every also now currently still so then whats when how too very quite out into hi hello
        hey thanks thank today's with_regard_to as_of right_now at_the_moment at_present as_it_stands
        as_they_stand so_far must go going got make made take took put say said sell sold selling close given gave
        closing closes due sign signed signing land landed landing expected owned own bring table chart picture overview
        report summary not_yet yet per_cent and_the waiting instead but""",
    Word.DEALS: """
        deal deals opportunity opportunities opp opps pipeline pipelines prospect prospects account accounts proposal
        proposals ones quote quotes""",
    Word.AND: "and plus as_well_as both",
    Word.OR: "or either",
    Word.ONLY: "only just solely nothing_but",
    Word.NOT: "not except excluding exclude other_than apart_from but_not never leaving_out",
    Word.WITH: "with having has whose where",
    Word.WITHOUT: "without no lacking lack lacks with_no have_no has_no do_not_have not_have does_not_have",
    Word.BREAK: """
        break breaks breaking broke broken violate violates violating violation violations fail fails failing failed
        failure failures breach breaches breaching miss misses go_against goes_against against not_meet do_not_meet
        not_pass do_not_pass does_not_pass does_not_meet not_satisfy do_not_satisfy not_respect do_not_respect
        not_keep_to do_not_keep_to not_comply_with do_not_comply_with outside outside_of problem_with problems_with
        trouble_with failing_check failing_checks failed_check failed_checks failing_rule failing_rules
        problem problems issue issues issue_with issues_with""",
    Word.PASS: """
        pass passes passing meet meets meeting satisfy satisfies respect respects comply_with complies_with keep_to
        keeps_to not_break do_not_break does_not_break not_violate do_not_violate not_fail do_not_fail does_not_fail""",
    Word.RULES: """
        rule rules check checks guideline guidelines criteria requirement requirements limit limits profile deal_profile
        policy policies standard standards condition conditions""",
    Word.MISSING: """
        missing unknown not_known is_not_known are_not_known not_given is_not_given not_stated not_recorded blank empty
        undefined we_do_not_know not_filled_in not_set unclear""",
    Word.BY: """
        by per for_each for_every grouped_by group_by split_by broken_down_by break_down_by breakdown_by divided_by
        across in_each""",
    Word.SORT: "sorted_by sort_by ordered_by order_by ranked_by rank_by",
    Word.WHICH: "which what",
    Word.WHO: "who which_people who_is",
    Word.HOW_MANY: "how_many number_of the_number_of count count_of how_often",
    Word.HOW_MUCH: "how_much_money how_much how_large how_big how_high",
    Word.TOTAL: """
        total totals sum sum_of the_sum_of altogether in_all in_total overall amount_of value_of revenue turnover""",
    Word.AVERAGE: "average avg mean on_average",
    Word.SHARE: "share percentage proportion fraction rate ratio what_part percent_of part_of how_much_of",
    Word.TOP: "top first",
    Word.BOTTOM: "bottom",
    Word.HIGH: "biggest largest highest greatest longest deepest",
    Word.LOW: "smallest lowest least shortest fewest",
    Word.MOST: "most most_often the_most",
    Word.SOON: "soonest earliest closing_first closing_soonest first_to_close next_to_close",
    Word.LATE: "latest closing_last closing_latest last_to_close",
    Word.CLOSE_DATE: "close_date closing_date close_dates date",
    Word.MINE: "my mine i_own owned_by_me of_mine",
    Word.OURS: """
        our ours my_team our_team the_team my_people my_reps my_sellers my_whole_team we_all""",
    Word.ANY_STATUS: """
        open_and_closed open_or_closed ever including_closed including_won_and_lost open_won_and_lost open_won_or_lost
        open_or_not of_any_status at_any_stage in_any_stage""",
    Word.ABOVE: """
        over above more_than greater_than higher_than longer_than larger_than bigger_than exceeding exceeds exceed
        beyond
        > deeper_than in_excess_of upwards_of later_than""",
    Word.AT_LEAST: """
        at_least not_less_than no_less_than minimum min >= not_under not_below a_minimum_of no_fewer_than
        not_shorter_than""",
    Word.BELOW: "under below less_than fewer_than lower_than shorter_than smaller_than <",
    Word.AT_MOST: """
        at_most up_to no_more_than not_more_than maximum max <= not_over not_above a_maximum_of no_longer_than
        not_longer_than no_higher_than not_exceeding""",
    Word.EXACTLY: "exactly = equal_to equals",
    Word.BETWEEN: "between ranging_from",
    Word.OR_MORE: """
        or_more or_longer or_higher or_above or_over or_larger or_greater or_later or_bigger and_more and_above and_up
        and_over and_longer upwards""",
    Word.NEGATIVE: "negative",
    Word.AGAINST: """
        against vs versus compared_to compared_with in_comparison_to in_comparison_with relative_to""",
    Word.COMPARE: "compare comparing comparison",
    Word.GIVEN_AWAY: """
        given_away give_away gave_away giving_away gives_away did_give_away did_we_give_away did_they_give_away""",
    Word.WIN_RATE: "win_rate win_rates winning_rate hit_rate close_rate closing_rate success_rate",
    Word.WHY: "why",
    Word.EVERYBODY: "everybody everyone all_reps all_owners all_sellers the_whole_team",
    Word.OR_LESS: """
        or_less or_fewer or_lower or_below or_under or_shorter or_smaller and_below and_less and_under""",
}

_NAMED: Mapping[Meaning, str] = {
    Named("verdict", ("fits",), "fits"): """
        fit fits fitting fitted acceptable on_profile inside_the_profile within_the_profile on_strategy""",
    Named("verdict", ("does_not_fit",), "does not fit"): """
        not_fit do_not_fit does_not_fit not_fitting unfit walk_away_from walk_away walk_from drop turn_down say_no_to
        should_not_pursue not_pursue stop_pursuing should_not_do misfit misfits""",
    Named("verdict", ("needs_approval",), "needs approval"): """
        need_approval needs_approval needing_approval need_an_approval need_an_exception needs_an_exception
        need_exception need_exceptions needing_an_exception require_approval requires_approval requiring_approval
        require_an_exception requires_an_exception waiting_for_approval await_approval awaiting_approval for_approval
        need_to_be_approved must_be_approved approval_needed exception_needed approval""",
    Named("verdict", ("incomplete",), "incomplete"): """
        incomplete undecided not_decided cannot_be_decided can_not_be_decided not_complete missing_facts lack_facts
        facts_missing missing_information missing_data need_more_facts facts_are_missing what_facts_are_missing
        what_missing what_is_missing""",
    Named("verdict", ("does_not_fit", "needs_approval"), "outside the profile"): """
        outside_the_profile outside_of_the_profile out_of_profile off_profile off_strategy outside_our_profile""",
    Named("stance", ("pursue",), "in a segment we pursue"): """
        target_segment target_segments in_the_target_segment segments_we_pursue segment_we_pursue target_customers
        target_market we_pursue in_our_target_segment""",
    Named("stance", ("selective",), "in a segment we are selective in"): "selective we_are_selective_in",
    Named("stance", ("decline",), "in a segment we decline"): """
        segments_we_decline segment_we_decline customers_we_decline we_decline""",
    Named("status", ("open",), "open"): "open still_open in_play active",
    Named("status", ("won",), "won"): "won closed_won we_won that_we_won win wins winning",
    Named("status", ("lost",), "lost"): "lost closed_lost we_lost that_we_lost lose loses losing",
    Named("status", ("removed",), "removed"): "removed deleted gone_from_the_crm deleted_in_the_crm",
    Named("status", ("won", "lost"), "won or lost"): "closed already_closed won_or_lost won_and_lost",
}

_KINDS: Mapping[Meaning, str] = {
    KindWord("false_positive"): "false_positive false_positives",
    KindWord("negative_value"): """
        negative_value lose_money loses_money losing_money unprofitable loss_making money_losing below_zero""",
}

_DIMENSIONS: Mapping[Meaning, str] = {
    DimensionWord("owner"): """
        rep reps owner owners salesperson sales_rep sales_reps seller sellers person people salespeople
        account_executive account_executives team_member team_members""",
    DimensionWord("team"): "team teams region regions office offices territory territories",
    DimensionWord("customer"): "customer customers client clients account accounts",
    DimensionWord("stage"): "stage stages deal_stage",
    DimensionWord("status"): "status",
    DimensionWord("segment"): "segment segments customer_segment kind_of_customer",
    DimensionWord("stance"): "stance",
    DimensionWord("verdict"): "verdict verdicts judgement judgements judgment",
    DimensionWord("check"): """
        check checks rule rules failing_check failing_checks failing_rule failing_rules reason reasons failed_check
        failed_checks guideline guidelines""",
    DimensionWord("part"): "part parts failing_part part_of_the_profile",
    DimensionWord("authority"): "authority authorities approver approvers who_may_approve who_can_approve",
    DimensionWord("close_month"): "month months close_month closing_month",
    DimensionWord("close_quarter"): "quarter quarters close_quarter closing_quarter",
    DimensionWord("close_year"): "year years close_year closing_year",
}

_PARTS: Mapping[Meaning, str] = {
    PartWord("customer"): "customer customers",
    PartWord("success"): "success",
    PartWord("value"): "value",
    PartWord("price"): "price prices pricing",
    PartWord("payment"): "payment payments",
    PartWord("process"): "process",
}


def phrases() -> Mapping[tuple[str, ...], tuple[Meaning, ...]]:
    """Every phrase as its words in lower case, and all that it can mean."""
    found: dict[tuple[str, ...], list[Meaning]] = {}
    for table in (_WORDS, _NAMED, _KINDS, _DIMENSIONS, _PARTS):
        for meaning, text in table.items():
            for phrase in text.split():
                found.setdefault(tuple(phrase.split("_")), []).append(meaning)
    return MappingProxyType({phrase: tuple(meanings) for phrase, meanings in found.items()})
