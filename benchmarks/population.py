"""Invented people and their values: SYNTHETIC, plausible in size and correlation only."""

from dataclasses import dataclass

import numpy as np

VISITS = 3


@dataclass(frozen=True)
class Analyte:
    """How a laboratory prints a marker: unit, decimals, and its limit of detection or None."""

    unit: str
    decimals: int
    detection: float | None = None


ANALYTES = {
    "WEIGHT": Analyte("kg", 1),
    "HEIGHT": Analyte("cm", 1),
    "WAIST": Analyte("cm", 1),
    "HIP": Analyte("cm", 1),
    "SBP": Analyte("mmHg", 0),
    "DBP": Analyte("mmHg", 0),
    "HBA1C": Analyte("%", 1),
    "FBS": Analyte("mmol/L", 2),
    "INSULIN": Analyte("mIU/L", 1, 2.0),
    "TC": Analyte("mmol/L", 2),
    "TG": Analyte("mmol/L", 2),
    "HDL": Analyte("mmol/L", 2),
    "LDL": Analyte("mmol/L", 2),
    "GGT": Analyte("U/L", 0, 6),
    "ALT": Analyte("U/L", 0, 6),
    "AST": Analyte("U/L", 0),
    "ALP": Analyte("U/L", 0),
    "TP": Analyte("g/L", 1),
    "ALB": Analyte("g/L", 1),
    "PLT": Analyte("10^9/L", 0),
    "CREAT": Analyte("umol/L", 1),
    "BUN": Analyte("mmol/L", 2),
    "UA": Analyte("umol/L", 0),
    "TESTO": Analyte("nmol/L", 2, 0.3),
    "E2": Analyte("pmol/L", 0, 19),
    "LH": Analyte("IU/L", 2, 0.2),
    "FSH": Analyte("IU/L", 2, 0.2),
    "IGF1": Analyte("ng/mL", 0),
    "DHEAS": Analyte("umol/L", 2, 0.2),
    "HSCRP": Analyte("mg/L", 2, 0.15),
}


def values(draw: np.random.Generator, male: np.ndarray, age: np.ndarray) -> dict[str, np.ndarray]:
    """Marker -> values of each person (rows) at each visit (columns), in the analyte's unit.

    A value is what is usual in the person, times the variation between visits. What one sample
    must satisfy (total cholesterol above its parts, albumin below total protein, diastolic below
    systolic pressure) holds by the way it is computed.
    """
    people = male.size
    man, years = male[:, None], age[:, None]
    # what several markers of a person share
    fat, sugar, kidney, liver = draw.normal(size=(4, people, 1))

    def around(centre, spread: float, visit: float, shared=0.0):
        """Log-normal: `spread` between persons beside what they share, `visit` within one."""
        usual = spread * draw.normal(size=(people, 1)) + shared
        return centre * np.exp(usual + visit * draw.normal(size=(people, VISITS)))

    # the mean of the people changes a little at the later visits
    later = np.array([0.0, -0.03, -0.02])
    height = np.where(man, 171, 159) + 6.5 * draw.normal(size=(people, 1))
    height = np.clip(height, 145, 205) + 0.3 * draw.normal(size=(people, VISITS))
    bmi = np.clip(around(26.5, 0.06, 0.015, 0.13 * fat), 17, 50)
    waist = 34 + 2.2 * bmi + 4 * draw.normal(size=(people, 1)) + 1.5 * draw.normal(size=bmi.shape)
    sbp = np.clip(around(131, 0.1, 0.05, 0.03 * fat + later), 90, 220)
    pulse = np.clip(around(48, 0.18, 0.08), 20, 80) * sbp / 131
    hba1c = np.clip(around(7.6, 0.04, 0.015, 0.15 * sugar + later), 4.6, 15)
    hdl = np.clip(around(1.22, 0.18, 0.06, -0.06 * fat), 0.5, 3)
    tg = np.clip(around(1.6, 0.4, 0.18, 0.15 * fat + 0.1 * sugar), 0.35, 18)
    ldl = np.clip(around(2.8, 0.28, 0.08, later), 0.6, 9)
    albumin = np.clip(around(43, 0.05, 0.03), 25, 55)
    # a part of the people has lost function of the kidney, some nearly all of it
    loss = np.where(draw.random((people, 1)) < 0.2, draw.gamma(2.0, 0.25, (people, 1)), 0.0)
    creatinine = np.where(man, 80, 62) * np.exp(0.004 * (years - 50) + 0.12 * kidney + loss)
    creatinine = np.clip(around(creatinine, 0.05, 0.05), 35, 1300)
    past = ~man & (years >= 50)
    return {
        "WEIGHT": bmi * (height / 100) ** 2,
        "HEIGHT": height,
        "WAIST": np.clip(waist, 55, 180),
        "HIP": np.clip(waist, 55, 180) / around(0.95, 0.05, 0.01),
        "SBP": sbp,
        "DBP": sbp - pulse,
        "HBA1C": hba1c,
        "FBS": np.clip(around(1.04, 0.06, 0.05) * hba1c, 3, 28),
        "INSULIN": np.clip(around(12, 0.5, 0.22, 0.25 * fat), 0.5, 280),
        "TC": hdl + ldl + tg * around(0.44, 0.03, 0.03) + 0.1,
        "TG": tg,
        "HDL": hdl,
        "LDL": ldl,
        "GGT": np.clip(around(30, 0.4, 0.1, 0.4 * liver), 3, 900),
        "ALT": np.clip(around(26, 0.25, 0.1, 0.4 * liver), 3, 480),
        "AST": np.clip(around(24, 0.2, 0.1, 0.3 * liver), 6, 480),
        "ALP": np.clip(around(82, 0.22, 0.06, 0.1 * liver), 25, 600),
        "TP": albumin + np.clip(around(29, 0.1, 0.04), 17, 48),
        "ALB": albumin,
        "PLT": np.clip(around(232, 0.22, 0.07, -0.05 * liver), 40, 900),
        "CREAT": creatinine,
        "BUN": np.clip(around(5.3, 0.15, 0.1) * np.sqrt(creatinine / 72), 1.5, 50),
        "UA": np.clip(around(340, 0.18, 0.08, 0.08 * fat + 0.05 * kidney), 110, 880),
        "TESTO": around(np.where(man, 14.5, 0.95), np.where(man, 0.3, 0.5), 0.12),
        "E2": np.clip(around(np.where(past, 55, np.where(man, 95, 260)), 0.4, 0.2), 10, 4500),
        "LH": np.clip(around(np.where(past, 26, 5.2), 0.45, 0.2), 0.12, 180),
        "FSH": np.clip(around(np.where(past, 52, 6.1), 0.45, 0.15), 0.12, 180),
        "IGF1": np.clip(around(150, 0.3, 0.1, -0.004 * (years - 55)), 20, 780),
        "DHEAS": np.clip(around(3.6, 0.55, 0.1, -0.012 * (years - 55)), 0.11, 28),
        "HSCRP": np.clip(around(1.7, 0.85, 0.35, 0.35 * fat), 0.05, 48),
    }
