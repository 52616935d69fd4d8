"""Words by which a column's header, or a person's name, is known.

They stand in code, not in `resources/`: no study decides on them and no number rests on them.
"""

import re
import unicodedata

NAME, TELEPHONE, EMAIL, ADDRESS = "name", "telephone", "e-mail", "address"
NATIONAL_ID, RECORD, BIRTH_PLACE = "national id", "medical record number", "birth place"

# words of a header, up to three one after another, by kind; of several kinds the first here goes
# before
_HEADERS = {
    EMAIL: "email|e mail|mail|mailbox|courriel|correo",
    NATIONAL_ID: "ssn|social security|passport|national id|national identifier|national insurance"
    "|national number|nhs no|nhs number|nhs num|nhsno|nhs id|nino|id card|idcard|identity card"
    "|identity number|citizen id|resident id|insurance no|insurance number|insurance id|policy no"
    "|policy number|health card|medicare no|medicare number|medicaid number|beneficiary number"
    "|driver license|drivers license|driving licence|license plate|personnummer|fodselsnummer"
    "|cpr nr|cpr nummer|cpr number|henkilotunnus|hetu|bsn|aadhaar|codice fiscale|tax id",
    RECORD: "mrn|medical record|medical record number|hospital no|hospital number|chart number"
    "|case record number",
    BIRTH_PLACE: "birth place|birthplace|place of birth|pob|geburtsort|lieu de naissance",
    TELEPHONE: "phone|phones|telephone|tel|telecom|mobile|cellphone|cell phone|fax|pager|whatsapp"
    "|wechat|contact number|contact no|contact details|telefon|telefono|telefonnummer|mobil|handy"
    "|emergency contact",
    ADDRESS: "address|addresses|addr|street|apartment|apt|house number|house no|zip|zipcode"
    "|postcode|pcode|postal code|post code|postal|adresse|anschrift|strasse|hausnummer|plz"
    "|direccion|indirizzo|codigo postal",
    NAME: "lname|fname|mname|surname|forename|firstname|lastname|middlename|fullname|givenname"
    "|familyname|maidenname|nickname|initials|next of kin|vorname|nachname|familienname|prenom"
    "|apellido|apellidos|cognome",
}
_PHRASES = {
    tuple(phrase.split()): kind for kind, text in _HEADERS.items() for phrase in text.split("|")
}
# `name` with one of these is a person's; a test, a drug or a laboratory has a name too
_PERSONAL = re.compile(
    "(patient|person|subject|participant|donor|client|member|mother|father|guardian)s?"
    "|first|last|given|family|full|middle|maiden|birth|legal|preferred|child|contact|kin|relative"
)
_NAME = {"name", "names", "nom", "nombre", "nome"}
# a header of this one word is judged by its column: `cell` is a blood cell as well
_AMBIGUOUS = dict.fromkeys(("cell", "home", "work", "contact"), TELEPHONE)

# parts of a Chinese header -> kind
_HAN = {
    EMAIL: "邮箱|电子邮件|邮件地址",
    NATIONAL_ID: "身份证|证件号|护照|医保号|医保卡|医保编号|社保|医疗保险号|驾驶证|驾照",
    RECORD: "病历号|病案号|住院号|门诊号|就诊卡",
    BIRTH_PLACE: "出生地|籍贯",
    TELEPHONE: "电话|手机|联系方式|传真|微信",
    ADDRESS: "地址|住址|街道|邮编|邮政编码|门牌",
    NAME: "姓名|名字|曾用名|联系人",
}

# Yuan Yida, Chinese Academy of Sciences: the hundred commonest of 296 million persons, 2006
# (People's Daily, 11 January 2006); Xiao in both its forms
SURNAMES = (
    "李王张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧肖冯曾程蔡彭潘袁于董余苏叶吕"
    "魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常"
    "万顾赖武康贺严尹钱施牛洪龚"
)
# names of the United States: given names of the Social Security Administration's list of the last
# hundred years and surnames of the 2010 census, the commonest of each (without those that are
# words of another meaning, as White and Young), and the commonest surnames of China in Pinyin
KNOWN_NAMES = (
    "James|Michael|Robert|John|David|William|Richard|Joseph|Thomas|Christopher|Charles|Daniel"
    "|Matthew|Anthony|Donald|Steven|Andrew|Paul|Joshua|Kenneth|Kevin|Brian|Timothy|Ronald|George"
    "|Jason|Edward|Jeffrey|Ryan|Jacob|Nicholas|Gary|Eric|Jonathan|Stephen|Larry|Justin|Scott"
    "|Brandon|Benjamin|Samuel|Gregory|Alexander|Patrick|Raymond|Jack|Dennis|Jerry|Tyler|Aaron"
    "|Jose|Adam|Nathan|Henry|Zachary|Douglas|Peter|Kyle|Noah|Ethan|Jeremy|Christian|Walter|Keith"
    "|Austin|Roger|Terry|Sean|Gerald|Carl|Dylan|Harold|Jordan|Jesse|Bryan|Lawrence|Arthur"
    "|Gabriel|Bruce|Mary|Patricia|Jennifer|Linda|Elizabeth|Barbara|Susan|Jessica|Karen|Sarah"
    "|Lisa|Nancy|Sandra|Ashley|Emily|Kimberly|Betty|Margaret|Donna|Michelle|Carol|Amanda|Melissa"
    "|Deborah|Stephanie|Rebecca|Sharon|Laura|Cynthia|Dorothy|Amy|Kathleen|Angela|Shirley|Emma"
    "|Brenda|Pamela|Nicole|Anna|Samantha|Katherine|Christine|Debra|Rachel|Carolyn|Janet|Maria"
    "|Olivia|Heather|Helen|Catherine|Diane|Julie|Victoria|Joyce|Lauren|Kelly|Christina|Ruth|Joan"
    "|Virginia|Judith|Evelyn|Hannah|Andrea|Megan|Cheryl|Jacqueline|Madison|Teresa|Abigail|Sophia"
    "|Martha|Sara|Gloria|Janice|Kathryn|Ann|Isabella|Judy|Charlotte|Julia|Alice|Jean|Denise"
    "|Frances|Danielle|Marilyn|Natalie|Smith|Johnson|Williams|Jones|Garcia|Miller|Davis"
    "|Rodriguez|Martinez|Hernandez|Lopez|Gonzalez|Wilson|Anderson|Taylor|Moore|Jackson|Martin"
    "|Lee|Perez|Thompson|Harris|Sanchez|Clark|Ramirez|Lewis|Robinson|Walker|Allen|Wright|Torres"
    "|Nguyen|Flores|Adams|Nelson|Baker|Rivera|Campbell|Mitchell|Carter|Roberts|Wang|Zhang|Liu"
    "|Chen|Yang|Huang|Zhao|Zhou"
)


def kind_by_header(header: str, patients: bool) -> tuple[str | None, bool]:
    """Kind of identifier that a header names, or None; and whether the content has to confirm it.

    A bare `name` is a person's in a patient table, and most often an analyte's elsewhere.
    """
    words = _words(header)
    if len(words) == 1 and words[0] in _AMBIGUOUS:
        return _AMBIGUOUS[words[0]], True
    spans = {words[i:j] for i in range(len(words)) for j in range(i + 1, i + 4)}
    kinds = {_PHRASES[span] for span in spans if span in _PHRASES}
    if kinds:
        return min(kinds, key=list(_HEADERS).index), False
    for kind, parts in _HAN.items():
        if any(part in header for part in parts.split("|")):
            return kind, False
    if _NAME & set(words):
        if any(map(_PERSONAL.fullmatch, words)):
            return NAME, False
        if len(words) == 1:
            return NAME, not patients
    return None, False


def _words(header: str) -> tuple[str, ...]:
    """Words of a header in lower case without accents: `patientName2` -> patient, name, 2."""
    text = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("ø", "o"))
    text = "".join(sign for sign in text if not unicodedata.combining(sign)).replace("'", "")
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", text)
    return tuple(word.lower() for word in found)
