"""Rules that span the study's tables: each is broken by one edit of the demo's configuration."""

from dataclasses import replace

import pytest
from labcohort.errors import UserError
from labcohort.study.names import SIBLINGS
from labcohort.study.rules import check_rules

CONFIG, PLAN, POST_HOC = "config/config.yaml", "config/plan.tsv", "config/post_hoc.tsv"
FIGURES, TABLES = "config/figures.tsv", "config/tables.tsv"
METHODS, RANGES = "resources/methods.tsv", "resources/reference_ranges.tsv"
COHORTS, VISITS, ELIGIBILITY = "config/cohorts.tsv", "config/visits.tsv", "config/eligibility.tsv"
SITE_A, SITE_B, SITE_C = (f"config/sources/site_{x}.yaml" for x in "abc")
PATIENTS = "config/sources/patients.yaml"
MARKERS = "resources/markers.tsv"
BMI = "BMI\tBody mass index"

SCORECARD = (
    "published_against_recomputed\tscorecard\t\t\t\tPublished results against this run\t"
    "已发表结果与本次运行结果的对照\n"
)
# file, text, new text, what the message says, where it says it is
CASES = {
    "a canonical unit that nothing converts to": (
        "resources/markers.tsv", "FBS\tFasting blood sugar\t空腹血糖\tglycaemic\t14771-0\tmmol/L",
        "FBS\tFasting blood sugar\t空腹血糖\tglycaemic\t14771-0\tmg/dL",
        "nothing converts to the canonical unit 'mg/dL' of FBS", "resources/markers.tsv",
    ),
    "a class that no scheme has": (
        "config/cohorts.tsv", "CKD_STAGE\t3\t", "CKD_STAGE\t3a\t",
        "unknown class of CKD_STAGE '3a'", "config/cohorts.tsv, cohort ckd_3",
    ),
    "a scorecard without a publication": (
        CONFIG, "published: chin_2025 ", "# ",
        "the study names no publication to hold the run against",
        f"{TABLES}, table published_against_recomputed",
    ),
    "a table's name that is taken": (
        TABLES, "lipid\tcomparisons", "comparisons\tcomparisons",
        "a table cannot be called 'comparisons'", TABLES,
    ),
    "an attribute's name that is taken": (
        "config/sources/patients.yaml", "  adverse_events:", "  row:",
        "an attribute cannot be called 'row'", "config/sources/patients.yaml",
    ),
    "the demo's key for real data": (
        "config/config.yaml", "synthetic: true", "synthetic: false",
        "the demo's key", "config/config.yaml",
    ),
    "a date that no calendar has": (
        CONFIG, "date: 2026-11-01", "date: 2026-02-29",
        "there is no such day", f"{CONFIG}, date: 2026-02-29",
    ),
    "formula without a row": (
        MARKERS, BMI, "BMI2\tBody mass index",
        "derived marker BMI has no row in resources/markers.tsv", MARKERS,
    ),
    "row without a formula": (
        MARKERS, BMI, "ABMI\tBody mass index",
        "derived marker ABMI has no formula", MARKERS,
    ),
    "conversion of an unknown marker": (
        "resources/conversions.tsv", "WEIGHT\t\tkg", "WEIGTH\t\tkg",
        "unknown marker 'WEIGTH'; nearest known: 'WEIGHT'", "resources/conversions.tsv",
    ),
    "cross-check of an unknown marker": (
        "resources/cross_checks.tsv", "\tSBP\t", "\tSBPP\t",
        "unknown marker 'SBPP'; nearest known: 'SBP'", "resources/cross_checks.tsv",
    ),
    "method of an unknown marker": (
        CONFIG, "EGFR: ckd_epi_2021", "EGRF: ckd_epi_2021",
        "unknown derived marker 'EGRF'; nearest known: 'EGFR'", f"{CONFIG}, methods",
    ),
    "unknown method": (
        CONFIG, "EGFR: ckd_epi_2021", "EGFR: ckd_epi_2012",
        "unknown method of EGFR 'ckd_epi_2012'; nearest known: 'ckd_epi_2021'",
        f"{CONFIG}, methods",
    ),
    "analyte of an unknown marker": (
        SITE_A, "4548-4: HBA1C", "4548-4: HBAC1",
        "unknown marker 'HBAC1'; nearest known: 'HBA1C'", f"{SITE_A}, analytes > 4548-4",
    ),
    "analyte of a derived marker": (
        SITE_B, "Creatinine: CREAT", "Creatinine: EGFR",
        "EGFR is a derived marker", f"{SITE_B}, analytes > Creatinine",
    ),
    "analyte mapped and ignored": (
        SITE_B, "ignore: [Platelets]", "ignore: [Platelets, GGT]",
        "'GGT' is both mapped and ignored", SITE_B,
    ),
    "unknown declared unit": (
        SITE_C, "{marker: WEIGHT, unit: kg}", "{marker: WEIGHT, unit: kgs}",
        "unknown unit 'kgs' of WEIGHT; nearest known: 'kg'", f"{SITE_C}, analytes > 体重(kg)",
    ),
    "urea nitrogen without its analyte": (
        SITE_C, "analyte: urea_nitrogen, unit: mmol/L", "unit: mg/dL",
        "unknown unit 'mg/dL' of BUN", SITE_C,
    ),
    "sex without codes": (
        PATIENTS, "codes: {M: male, F: female}", "text: true",
        "attribute sex has no 'codes'", f"{PATIENTS}, attributes > sex",
    ),
    "unknown sex": (
        PATIENTS, "F: female", "F: femal",
        "unknown sex 'femal'; nearest known: 'female', 'male'", f"{PATIENTS}, attributes > sex > F",
    ),
    "birth date that is no date": (
        PATIENTS, "{column: birth_date, dates: [YYYY-MM-DD]}", "{column: birth_date, text: true}",
        "attribute birth_date has no 'dates'", f"{PATIENTS}, attributes > birth_date",
    ),
    "first timepoint is not baseline": (
        VISITS, "baseline\tinfusion_date", "before\tinfusion_date",
        "the first timepoint is not 'baseline'", f"{VISITS}, row 2",
    ),
    "windows that share a day": (
        VISITS, "\t182\t45\t45\t", "\t182\t45\t123\t",
        "the windows of month_6 (to day 305) and month_12 (from day 305) overlap", VISITS,
    ),
    "several anchors": (
        VISITS, "month_6\tinfusion_date", "month_6\tfirst_result",
        "several anchors: first_result, infusion_date", VISITS,
    ),
    "eligibility at an unknown timepoint": (
        ELIGIBILITY, "month_6|month_12", "month_6|month_13",
        "unknown timepoint 'month_13'; nearest known: 'month_12'", f"{ELIGIBILITY}, order 4",
    ),
    "eligibility by an unknown attribute": (
        ELIGIBILITY, "\tdiabetes_type\t", "\tdiabetes_typ\t",
        "unknown attribute of the patients 'diabetes_typ'; nearest known: 'diabetes_type'",
        f"{ELIGIBILITY}, order 1",
    ),
    "eligibility by a date that is none": (
        ELIGIBILITY, "date_within\tinfusion_date", "date_within\tdiabetes_type",
        "'diabetes_type' is no date", f"{ELIGIBILITY}, order 2",
    ),
    "eligibility without values": (
        ELIGIBILITY, "\ttype_2\t", "\t\t",
        "the criterion has no values", f"{ELIGIBILITY}, order 1",
    ),
    "eligibility by half a range": (
        ELIGIBILITY, "2014-11-01..2022-07-31", "2014-11-01",
        "'2014-11-01' is no range of dates", f"{ELIGIBILITY}, order 2",
    ),
    "eligibility by no day": (
        ELIGIBILITY, "..2022-07-31", "..2022-06-31",
        "is no range of dates", f"{ELIGIBILITY}, order 2",
    ),
    "eligibility by a range turned round": (
        ELIGIBILITY, "2014-11-01..2022-07-31", "2022-07-31..2014-11-01",
        "ends before it begins", f"{ELIGIBILITY}, order 2",
    ),
    "cohort without values": (
        COHORTS, "\tsex\tmale\t", "\tsex\t\t",
        "the cohort has no subject or no values", f"{COHORTS}, cohort male",
    ),
    "cohort by an unknown attribute": (
        COHORTS, "\tsex\tmale\t", "\tsexe\tmale\t",
        "unknown attribute of the patients 'sexe'; nearest known: 'sex'", f"{COHORTS}, cohort male",
    ),
    "cohort by an unknown marker": (
        COHORTS, "\tHSCRP\t1.50", "\tHS_CRP\t1.50",
        "unknown marker 'HS_CRP'; nearest known: 'HSCRP'", f"{COHORTS}, cohort hscrp_ge_1_50",
    ),
    "cohort by a threshold that is no number": (
        COHORTS, "\tHSCRP\t1.50", "\tHSCRP\t1,50",
        "'1,50' is not a number", f"{COHORTS}, cohort hscrp_ge_1_50",
    ),
    "two cohorts of everyone": (
        COHORTS, "male\tattribute_is\tsex\tmale", "male\teveryone\t\t",
        "2 cohorts have the criterion 'everyone'", COHORTS,
    ),
    "no cohort of everyone": (
        COHORTS, "all\teveryone\t\t", "all\tattribute_is\tsex\tmale|female",
        "0 cohorts have the criterion 'everyone'", COHORTS,
    ),
    "plan of an unknown marker": (
        PLAN, "HBA1C|HOMA_IR|HSCRP", "HBA1C|HOMA|HSCRP",
        "unknown marker 'HOMA'; nearest known: 'HOMA_B', 'HOMA_IR'", f"{PLAN}, row 2",
    ),
    "plan of an unknown cohort": (
        PLAN, "\tckd_3_5\t", "\tckd_35\t",
        "unknown cohort 'ckd_35'; nearest known: 'ckd_3_5'", f"{PLAN}, row 58",
    ),
    "plan of an unknown timepoint": (
        PLAN, "\tall\tmonth_6\t", "\tall\tmonth6\t",
        "unknown follow-up timepoint 'month6'; nearest known: 'month_6'", f"{PLAN}, row 2",
    ),
    "plan of baseline against itself": (
        PLAN, "\tall\tmonth_6\t", "\tall\tbaseline\t",
        "unknown follow-up timepoint 'baseline'", f"{PLAN}, row 2",
    ),
    "comparison planned twice": (
        PLAN, "exploratory\tsecondary\tFBS|INSULIN\tall\tmonth_6",
        "exploratory\tsecondary\tFBS|SBP\tall\tmonth_6",
        "SBP in all at month_6 is named twice", f"{PLAN}, row 6 and {PLAN}, row 8",
    ),
    "comparison planned by both tests": (
        PLAN, "SBP|DBP\tall\tmonth_12\twilcoxon_signed_rank",
        "SBP|DBP\tall\tmonth_6\twilcoxon_signed_rank",
        "SBP in all at month_6 is named twice", f"{PLAN}, row 6 and {PLAN}, row 7",
    ),
    "marker named twice in a row": (
        PLAN, "SBP|DBP\tall\tmonth_6", "SBP|SBP\tall\tmonth_6",
        "SBP in all at month_6 is named twice", f"{PLAN}, row 6 and {PLAN}, row 6",
    ),
    "misspelt flag to exclude": (
        PLAN, "\tinsulin_treated|insulin_unknown", "\tinsulin_treatd|insulin_unknown",
        "unknown flag 'insulin_treatd'; nearest known: 'insulin_treated'",
        f"{PLAN}, row 30, column 'exclude'",
    ),
    "two corrections in a family": (
        PLAN, "HBA1C\tall\tmonth_12\tpaired_t\tmean_sem\t\tholm",
        "HBA1C\tall\tmonth_12\tpaired_t\tmean_sem\t\tbh",
        "family primary has more than one correction: holm and bh",
        f"{PLAN}, rows 28 and 29, column 'correction'",
    ),
    "two alphas in a family": (
        PLAN, "HSCRP\tall\tmonth_12\twilcoxon_signed_rank\tmedian_iqr\t\tnone\t0.05",
        "HSCRP\tall\tmonth_12\twilcoxon_signed_rank\tmedian_iqr\t\tnone\t0.01",
        "family primary has more than one alpha: 0.05 and 0.01",
        f"{PLAN}, rows 2 and 3, column 'alpha'",
    ),
    "primary in a cohort chosen on a baseline value": (
        PLAN, "exploratory\tsecondary\tHSCRP\thscrp_ge_1_50\tmonth_6",
        "exploratory\tprimary\tHSCRP\thscrp_ge_1_50\tmonth_6",
        "cohort hscrp_ge_1_50 is chosen on a baseline value and cannot be primary",
        f"{PLAN}, row 26, column 'role'",
    ),
    "two alphas post hoc": (
        "config/post_hoc.tsv", "month_12\tpaired_t\tmean_sem\t\t0.05",
        "month_12\tpaired_t\tmean_sem\t\t0.01",
        "family post_hoc has more than one alpha: 0.05 and 0.01",
        "config/post_hoc.tsv, rows 2 and 3, column 'alpha'",
    ),
    "family called post hoc": (
        PLAN, "recommended\texploratory\tsecondary\tWHTR",
        "recommended\tpost_hoc\tsecondary\tWHTR",
        "a family cannot be called 'post_hoc'", f"{PLAN}, row 66",
    ),
    "post hoc in an unknown profile": (
        POST_HOC, "recommended\tUA", "recomended\tUA",
        "unknown profile of the plan 'recomended'; nearest known: 'recommended'",
        f"{POST_HOC}, row 2",
    ),
    "post hoc of an unknown marker": (
        POST_HOC, "\tUA\t", "\tURAT\t", "unknown marker 'URAT'", f"{POST_HOC}, row 2",
    ),
    "post hoc in an unknown cohort": (
        POST_HOC, "\tall\tmonth_6", "\tal\tmonth_6",
        "unknown cohort 'al'; nearest known: 'all'", f"{POST_HOC}, row 2",
    ),
    "post hoc at an unknown timepoint": (
        POST_HOC, "\tall\tmonth_12", "\tall\tmonth_13",
        "unknown follow-up timepoint 'month_13'; nearest known: 'month_12'", f"{POST_HOC}, row 3",
    ),
    "post hoc named twice": (
        POST_HOC, "\tall\tmonth_12", "\tall\tmonth_6",
        "UA in all at month_6 is named twice", f"{POST_HOC}, row 2 and {POST_HOC}, row 3",
    ),
    "post hoc and planned": (
        POST_HOC, "recommended\tUA\tall\tmonth_12", "recommended\tHBA1C|UA\tall\tmonth_12",
        "HBA1C in all at month_12 is in the plan", f"{POST_HOC}, row 3",
    ),
    "post hoc of a marker that nobody measures": (
        POST_HOC, "\tUA\t", "\tEGFR_REPORTED\t",
        "EGFR_REPORTED is neither measured nor computable", f"{POST_HOC}, row 2",
    ),
    "figure of what is not planned": (
        FIGURES, "\tSBP|DBP\tall\t", "\tSBP|DBP\tmale\t",
        "SBP in male at month_6 is not in profile as_published of the plan",
        f"{FIGURES}, figure figure_2_blood_pressure",
    ),
    "figure of what another profile plans": (
        FIGURES, "\tSBP|DBP\tall\t", "\tSBP|MAP\tall\t",
        "MAP in all at month_6 is not in profile as_published of the plan",
        f"{FIGURES}, figure figure_2_blood_pressure",
    ),
    "figure of what is post hoc": (
        FIGURES, "as_published\tSBP|DBP\tall\t", "recommended\tUA\tall\t",
        "UA in all at month_6 is not in profile recommended of the plan",
        f"{FIGURES}, figure figure_2_blood_pressure",
    ),
    "figure of an unknown profile": (
        FIGURES, "as_published\tSBP|DBP", "as_printed\tSBP|DBP",
        "SBP in all at month_6 is not in profile as_printed of the plan",
        f"{FIGURES}, figure figure_2_blood_pressure",
    ),
    "figure of transitions of what is no class": (
        FIGURES, "transitions\t\tCKD_STAGE\t", "transitions\t\tEGFR\t",
        "unknown marker that is a class 'EGFR'", f"{FIGURES}, figure ckd_stages",
    ),
    "figure of transitions at baseline": (
        FIGURES, "CKD_STAGE\tall\tmonth_6|month_12", "CKD_STAGE\tall\tbaseline",
        "unknown follow-up timepoint 'baseline'", f"{FIGURES}, figure ckd_stages",
    ),
    "figure of regression to the mean of all": (
        FIGURES, "regression_to_the_mean\t\t\tckd_2|", "regression_to_the_mean\t\t\tall|",
        "unknown cohort chosen on a baseline value 'all'",
        f"{FIGURES}, figure regression_to_the_mean",
    ),
    "specifications of a marker that is not in the grid": (
        CONFIG, "markers: [EGFR]", "markers: []",
        "EGFR is not in the grid of specifications", f"{FIGURES}, figure specifications_egfr",
    ),
    "table of an unknown panel": (
        TABLES, "lipid\tcomparisons\tas_published\tlipid\t",
        "lipid\tcomparisons\tas_published\tlipids\t",
        "unknown panel of profile as_published 'lipids'; nearest known: 'lipid'",
        f"{TABLES}, table lipid",
    ),
    "table of an unknown profile": (
        TABLES, "lipid\tcomparisons\tas_published", "lipid\tcomparisons\tas_publishd",
        "unknown profile 'as_publishd'; nearest known: 'as_published'", f"{TABLES}, table lipid",
    ),
    "method of the sensitivity grid of an unknown marker": (
        CONFIG, "methods: {EGFR: [ckd", "methods: {EGRF: [ckd",
        "unknown derived marker 'EGRF'; nearest known: 'EGFR'",
        f"{CONFIG}, sensitivity > methods",
    ),
    "unknown method of the sensitivity grid": (
        CONFIG, "ckd_epi_2009, mdrd_4]", "ckd_epi_2009, mdrd]",
        "unknown method of EGFR 'mdrd'; nearest known: 'mdrd_4'",
        f"{CONFIG}, sensitivity > methods",
    ),
    "days between the inputs of a measured marker": (
        CONFIG, "input_days: {}", "input_days: {CREAT: 3}",
        "unknown derived marker 'CREAT'", f"{CONFIG}, input_days",
    ),
    "reliability of an unknown marker": (
        CONFIG, "HSCRP: {rho", "HS_CRP: {rho",
        "unknown marker 'HS_CRP'; nearest known: 'HSCRP'", f"{CONFIG}, regression > reliability",
    ),
    "unknown unit to show": (
        CONFIG, "units: {}", "units: {FBS: mg/dl}",
        "unknown unit to show FBS in 'mg/dl'; nearest known: 'mg/dL'", f"{CONFIG}, units > FBS",
    ),
    "unit to show of an unknown marker": (
        CONFIG, "units: {}", "units: {FBG: mg/dL}", "unknown marker 'FBG'", f"{CONFIG}, units",
    ),
    "unknown publication": (
        CONFIG, "published: chin_2025", "published: chin_2052",
        "unknown publication 'chin_2052'; nearest known: 'chin_2025'", f"{CONFIG}, published",
    ),
    "published profile that the plan has not": (
        CONFIG, "published_profile: as_published", "published_profile: as_publishd",
        "unknown profile of the plan 'as_publishd'; nearest known: 'as_published'",
        f"{CONFIG}, published_profile",
    ),
    "power not above alpha": (
        CONFIG, "power: 0.8 ", "power: 0.04 ", "power 0.04 is not above alpha 0.05",
        f"{CONFIG}, power",
    ),
    "family called all": (
        PLAN, "recommended\texploratory\tsecondary\tWHTR",
        "recommended\tall\tsecondary\tWHTR",
        "a family cannot be called 'all'", f"{PLAN}, row 66",
    ),
    "range upside down": (
        RANGES, "BMI\t\t18\t\t18.5\t24.99", "BMI\t\t18\t\t28.5\t24.99",
        "the range 28.5 to 24.99 of BMI is upside down", f"{RANGES}, row 4",
    ),
    "range of ages that are no span": (
        RANGES, "BMI\t\t18\t\t18.5\t24.99", "BMI\t\t18\t17\t18.5\t24.99",
        "ages 18 to 17 are no span", f"{RANGES}, row 4",
    ),
    "method without a row": (
        METHODS, "EGFR\tmdrd_4\t", "EGFR\tmdrd_5\t",
        "method mdrd_4 of EGFR has no row", METHODS,
    ),
    "method without a formula": (
        METHODS, "EGFR\tmdrd_4\t", "EGFR\tmdrd_3\t",
        "method mdrd_3 of EGFR has no formula", METHODS,
    ),
    "range of an unknown marker": (
        RANGES, "BMI\t\t18", "BMII\t\t18",
        "unknown marker 'BMII'; nearest known: 'BMI'", f"{RANGES}, row 4",
    ),
    "ranges of both sexes and of one": (
        RANGES, "WHR\tfemale\t18", "WHR\t\t18",
        "WHR has two ranges for one sex and age", f"{RANGES}, row 6",
    ),
    "ranges that share an age": (
        RANGES, "WHR\tfemale\t18", "WHR\tmale\t60",
        "WHR has two ranges for one sex and age", f"{RANGES}, row 6",
    ),
    "range without bounds": (
        RANGES, "BMI\t\t18\t\t18.5\t24.99", "BMI\t\t18\t\t\t",
        "the range of BMI has neither bound", f"{RANGES}, row 4",
    ),
    "unit to show of a marker that is none": (
        "resources/shown_units.tsv", "WEIGHT\tlb", "WEIGTH\tlb",
        "unknown marker 'WEIGTH'; nearest known: 'WEIGHT'", "resources/shown_units.tsv",
    ),
    "plan of a marker that nobody measures": (
        PLAN, "\tEGFR|CREAT|BUN|UA\tckd_2\tmonth_6",
        "\tEGFR|CREAT|BUN|UA|EGFR_REPORTED\tckd_2\tmonth_6",
        "EGFR_REPORTED is neither measured nor computable", f"{PLAN}, row 14",
    ),
    "misspelt analyte": (
        SITE_A, "{marker: BUN, analyte: urea_nitrogen}", "{marker: BUN, analyte: urea_nitrogn}",
        "unknown analyte of BUN 'urea_nitrogn'; nearest known: 'urea_nitrogen'",
        f"{SITE_A}, analytes > 14937-7",
    ),
    "misspelt analyte beside a unit that needs none": (
        SITE_C, "analyte: urea_nitrogen, unit: mmol/L", "analyte: ureas, unit: mmol/L",
        "unknown analyte of BUN 'ureas'; nearest known: 'urea'",
        f"{SITE_C}, analytes > 尿素氮(mmol/L)",
    ),
    "analyte of another marker": (
        SITE_B, "HbA1c: HBA1C", "HbA1c: {marker: HBA1C, analyte: urea_nitrogen}",
        "unknown analyte of HBA1C 'urea_nitrogen'", f"{SITE_B}, analytes > HbA1c",
    ),
    "analyte of a marker that has none": (
        SITE_B, "Creatinine: CREAT", "Creatinine: {marker: CREAT, analyte: enzymatic}",
        "unknown analyte of CREAT 'enzymatic'", f"{SITE_B}, analytes > Creatinine",
    ),
    "size of a class": (
        COHORTS, "ckd_3\tbaseline_is\tCKD_STAGE", "ckd_3\tbaseline_at_least\tCKD_STAGE",
        "CKD_STAGE is a class and has no baseline_at_least", f"{COHORTS}, cohort ckd_3",
    ),
    "cohort by a value that is no number": (
        COHORTS, "baseline_at_least\tHSCRP\t1.50", "baseline_is\tHSCRP\t1.50|high",
        "'high' is not a number", f"{COHORTS}, cohort hscrp_ge_1_50",
    ),
    "cohort by two thresholds": (
        COHORTS, "\tHSCRP\t1.50", "\tHSCRP\t1.50|3",
        "'1.50|3' is not a number", f"{COHORTS}, cohort hscrp_ge_1_50",
    ),
    "sensitivity of an unknown marker": (
        CONFIG, "markers: [EGFR]", "markers: [EGRF]",
        "unknown marker 'EGRF'; nearest known: 'EGFR'", f"{CONFIG}, sensitivity > markers",
    ),
    "method by what nobody measures": (
        CONFIG, "EGFR: ckd_epi_2021 ", "EGFR: reported ",
        "EGFR by method reported needs EGFR_REPORTED, which is neither measured nor computable",
        f"{CONFIG}, methods > EGFR",
    ),
    "method of the sensitivity grid by what nobody measures": (
        CONFIG, "ckd_epi_2009, mdrd_4]", "ckd_epi_2009, reported]",
        "EGFR by method reported needs EGFR_REPORTED, which is neither measured nor computable",
        f"{CONFIG}, sensitivity > methods > EGFR",
    ),
    "rule of a ceiling that is gone": (
        "resources/rules.tsv", "\nset_aside_share\t", "\nset_aside_shares\t",
        "rule 'set_aside_share' has no row", "resources/rules.tsv",
    ),
    "cohort by a marker that nobody measures": (
        COHORTS, "\tHSCRP\t1.50", "\tGLOB_REPORTED\t1.50",
        "GLOB_REPORTED is neither measured nor computable", f"{COHORTS}, cohort hscrp_ge_1_50",
    ),
}  # fmt: skip


def test_the_demo_breaks_no_rule(load):
    assert load().config["study"] == "demo"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_rule_names_the_fault_and_its_place(edit, refusal, case):
    file, old, new, what, where = case
    edit(file, old, new)
    error = refusal()
    assert what in error.what
    assert error.where.startswith(where)
    assert error.rule and error.do


def test_windows_that_only_touch_are_fine(edit, load):
    # month 6 ends on day 304, month 12 begins on day 305
    edit(VISITS, "\t182\t45\t45\t", "\t182\t45\t122\t")
    assert load().tables["visits"][1]["after"] == 122


@pytest.mark.parametrize(
    ("anchor", "what"),
    [
        ("infusion_day", "unknown anchor 'infusion_day'; nearest known: 'infusion_date'"),
        ("diabetes_type", "unknown anchor 'diabetes_type'"),
    ],
)
def test_an_anchor_is_a_date_of_the_patients(folder, refusal, anchor, what):
    path = folder / VISITS
    path.write_text(path.read_text("utf-8").replace("infusion_date", anchor), "utf-8")
    assert what in refusal().what


def test_the_first_result_may_be_the_anchor(folder, load):
    path = folder / VISITS
    path.write_text(path.read_text("utf-8").replace("infusion_date", "first_result"), "utf-8")
    assert {row["anchor"] for row in load().tables["visits"]} == {"first_result"}


def test_a_marker_of_several_formulas_names_one(load):
    study = load()
    methods = {m: v for m, v in study.config["methods"].items() if m != "EGFR"}
    unnamed = replace(study, config=study.config | {"methods": methods})
    several = "EGFR can be computed by ckd_epi_2009, ckd_epi_2021, mdrd_4, reported"
    with pytest.raises(UserError, match=several) as caught:
        check_rules(unnamed)
    assert caught.value.where == f"{CONFIG}, methods"
    assert caught.value.do == "add `EGFR: METHOD` under `methods:`"


def test_a_row_is_checked_for_every_formula(load):
    study = load()
    extra = replace(study, formulas=study.formulas | {"BODY_FAT": {"": {}}})
    with pytest.raises(UserError, match="derived marker BODY_FAT has no row"):
        check_rules(extra)


@pytest.mark.parametrize("name", SIBLINGS)
def test_no_table_has_the_name_of_one_that_every_study_has(edit, refusal, name):
    edit(TABLES, "lipid\tcomparisons", f"{name}\tcomparisons")
    error = refusal()
    assert error.what == f"a table cannot be called '{name}'"
    assert error.where == f"{TABLES}, table {name}"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        # what one profile plans may be post hoc in another
        (POST_HOC, "recommended\tUA\tall\tmonth_6", "as_published\tEGFR\tall\tmonth_6"),
        (PLAN, "\tinsulin_treated|insulin_unknown", "\tinsulin_treated|soft_high"),
        # a flag of a cross-check
        (PLAN, "\tinsulin_treated|insulin_unknown", "\tdiastolic_above_systolic_equal"),
        (PLAN, "exploratory\tsecondary\tHSCRP\thscrp_ge_1_50\tmonth_6",
         "exploratory\tsensitivity\tHSCRP\thscrp_ge_1_50\tmonth_6"),
        (CONFIG, "input_days: {}", "input_days: {HOMA_IR: 3}"),
        # the canonical unit is one to show too
        (CONFIG, "units: {}", "units: {FBS: mmol/L, HBA1C: mmol/mol}"),
        (RANGES, "WHR\tmale\t18\t\t\t0.899", "WHR\tmale\t18\t60\t\t0.899"),
        (SITE_A, "{marker: BUN, analyte: urea_nitrogen}", "{marker: BUN, analyte: urea}"),
        (SITE_B, "HbA1c: HBA1C", "HbA1c: {marker: HBA1C, analyte: jds}"),
        (COHORTS, "baseline_at_least\tHSCRP\t1.50", "baseline_is\tHSCRP\t1.50|3"),
        (CONFIG, "REMNANT_C: measured", "REMNANT_C: sampson"),
        (CONFIG, "markers: [EGFR]", "markers: [EGFR, UA]"),
        # none that is compared: the grid has no row of it
        (CONFIG, "markers: [EGFR]", "markers: [EGFR, WEIGHT]"),
    ],
)  # fmt: skip
def test_what_a_rule_does_not_forbid(edit, load, file, old, new):
    edit(file, old, new)
    assert load().config["study"] == "demo"


def test_ranges_of_ages_that_only_touch_are_fine(edit, load):
    # low inclusive, high exclusive: 60 belongs to the second
    edit(RANGES, "WHR\tmale\t18\t\t\t0.899", "WHR\tmale\t18\t60\t\t0.899")
    edit(RANGES, "WHR\tfemale\t18", "WHR\tmale\t60")
    ages = [(r["age_low"], r["age_high"]) for r in load().tables["reference_ranges"]
            if r["marker"] == "WHR"]  # fmt: skip
    assert ages == [(18, 60), (60, None)]


CLASS_RULES = ("baseline_at_least", "baseline_above", "baseline_at_most", "baseline_below")


@pytest.mark.parametrize("criterion", CLASS_RULES)
def test_a_class_is_named_and_never_measured(edit, refusal, criterion):
    edit(COHORTS, "ckd_4\tbaseline_is\tCKD_STAGE\t4", f"ckd_4\t{criterion}\tGFR_CATEGORY\tG4")
    error = refusal()
    assert error.what == f"GFR_CATEGORY is a class and has no {criterion}"
    assert "baseline_is" in error.do


# how each site maps a marker
MAPPED = {
    "LDL": {
        SITE_A: "  22748-8: LDL\n",
        SITE_B: "  LDL-C: LDL\n",
        SITE_C: "  低密度脂蛋白胆固醇(mmol/L): {marker: LDL, unit: mmol/L}\n",
    },
    "CREAT": {
        SITE_A: "  14682-9: CREAT\n",
        SITE_B: "  Creatinine: CREAT\n",
        SITE_C: "  肌酐(μmol/L): {marker: CREAT, unit: μmol/L}\n",
    },
}


def test_a_method_whose_input_is_not_mapped_names_those_that_are_possible(edit, refusal):
    for site, line in MAPPED["LDL"].items():
        edit(site, line, "")
    error = refusal()
    assert error.what.startswith("REMNANT_C by method measured needs LDL, which is neither")
    assert error.where == f"{CONFIG}, methods > REMNANT_C"
    possible = error.rule.split("possible here: ")[1].split(", ")
    assert set(possible) == {"friedewald", "sampson", "martin_hopkins"}


def test_a_method_of_a_marker_that_no_formula_can_compute_is_nobodys_choice(edit, refusal):
    for site, line in MAPPED["CREAT"].items():
        edit(site, line, "")
    error = refusal()
    # the plan, which needs it, and not the method
    assert error.what.startswith("EGFR is neither measured nor computable")
    assert error.where == f"{PLAN}, row 14"


def test_a_study_without_a_publication_is_fine(edit, load):
    edit(CONFIG, "published: chin_2025 ", "# ")
    edit(TABLES, SCORECARD, "")
    assert load().config["published"] is None
