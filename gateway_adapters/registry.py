"""Every carrier by name: one import and one line each, sorted. Opened by main and cli alone."""

from gateway_adapters.adp import Adp
from gateway_adapters.africastalking import AfricasTalking
from gateway_adapters.aggregators import Hub, MobinOne, Pardis, Telepromo
from gateway_adapters.airtel_flares_ussd import AirtelFlares
from gateway_adapters.apposit import Apposit
from gateway_adapters.arabiacell import ArabiaCell
from gateway_adapters.asanak import Asanak
from gateway_adapters.bandwidth import Bandwidth
from gateway_adapters.blackmyna import BlackMyna
from gateway_adapters.bongolive import BongoLive
from gateway_adapters.burst_sms import BurstSms
from gateway_adapters.capcom6 import Capcom6
from gateway_adapters.cellulant_sms import CellulantSms
from gateway_adapters.cellulant_ussd import CellulantUssd
from gateway_adapters.chikka import Chikka
from gateway_adapters.clickatell import Clickatell
from gateway_adapters.clickmobile import ClickMobile
from gateway_adapters.clicksend import ClickSend
from gateway_adapters.contract import Adapter
from gateway_adapters.dart_media import DartMedia
from gateway_adapters.dmark import Dmark
from gateway_adapters.dmark_ussd import DmarkUssd
from gateway_adapters.elks import Elks
from gateway_adapters.farazsms import FarazSms
from gateway_adapters.ghana_ussd import Arkesel, Moolre, Nalo
from gateway_adapters.ghasedak import Ghasedak
from gateway_adapters.globe_labs import GlobeLabs
from gateway_adapters.high_connection import HighConnection
from gateway_adapters.hollatags_ussd import HollaTags
from gateway_adapters.hormuud import Hormuud
from gateway_adapters.hsenid_tap_ussd import HsenidTap
from gateway_adapters.httpsms import HttpSms
from gateway_adapters.hubtel_ussd import Hubtel
from gateway_adapters.i2sms import I2Sms
from gateway_adapters.ideabiz_ussd import IdeaBizUssd
from gateway_adapters.imimobile_ussd import ImiMobileUssd
from gateway_adapters.infobip import Infobip
from gateway_adapters.infobip_ussd_legacy import InfobipUssdLegacy
from gateway_adapters.integrat_higate_ussd import IntegratHigate
from gateway_adapters.ippanel import IpPanel
from gateway_adapters.jasmin import Jasmin
from gateway_adapters.junebug import Junebug, JunebugUssd
from gateway_adapters.justcall import JustCall
from gateway_adapters.kannel import Kannel
from gateway_adapters.kavenegar import Kavenegar
from gateway_adapters.m3tech import M3Tech
from gateway_adapters.macrokiosk import Macrokiosk
from gateway_adapters.magfa import Magfa
from gateway_adapters.mediana import Mediana
from gateway_adapters.melipayamak import MeliPayamak
from gateway_adapters.messagebird import MessageBird
from gateway_adapters.messangi import Messangi
from gateway_adapters.mtarget import Mtarget
from gateway_adapters.mtech_kenya import MtechKenya
from gateway_adapters.mtech_ussd import MtechUssd
from gateway_adapters.mtn import MtnMadapi, MtnPortal
from gateway_adapters.mtn_madapi_ussd import MtnMadapiUssd
from gateway_adapters.mtn_rwanda_ussd import MtnRwandaUssd
from gateway_adapters.netcore import Netcore
from gateway_adapters.novo import Novo
from gateway_adapters.oltranz_ussd import Oltranz
from gateway_adapters.parlayx import Irancell, Mci, ParlayX
from gateway_adapters.parlayx_ussd_huawei import ParlayXUssd
from gateway_adapters.payamresan import PayamResan
from gateway_adapters.playmobile import PlayMobile
from gateway_adapters.playsms import PlaySms
from gateway_adapters.plivo import Plivo
from gateway_adapters.redrabbit import RedRabbit
from gateway_adapters.shaqodoon import Shaqodoon
from gateway_adapters.simulator import Simulator
from gateway_adapters.sinch import Sinch
from gateway_adapters.sms_central import SmsCentral
from gateway_adapters.smsir import SmsIr
from gateway_adapters.smssync import SmsSync
from gateway_adapters.start_mobile import StartMobile
from gateway_adapters.sunwaysms import SunwaySms
from gateway_adapters.telerivet import Telerivet
from gateway_adapters.telesom import Telesom
from gateway_adapters.telnyx import Telnyx
from gateway_adapters.template import Template
from gateway_adapters.thinq import ThinQ
from gateway_adapters.traccar import Traccar
from gateway_adapters.trueafrican_ussd import TrueAfricanUssd
from gateway_adapters.truroute_ussd import TruRoute
from gateway_adapters.twilio import SignalWire, Twilio, TwilioMessagingService, TwimlApi
from gateway_adapters.ussd_forms import (
    Advanta,
    Bonga,
    Crossgate,
    Hellio,
    Mobilesasa,
    Safaricom,
    Techsavanna,
)
from gateway_adapters.ussd_template import UssdTemplate
from gateway_adapters.vas2nets import Vas2Nets
from gateway_adapters.vodacom_messaging_ussd import VodacomMessagingUssd
from gateway_adapters.vonage import Vonage
from gateway_adapters.wavy import Wavy
from gateway_adapters.yo import Yo
from gateway_adapters.zenvia import Zenvia, ZenviaLegacy

ADAPTERS: dict[str, type[Adapter]] = {
    "46elks": Elks,
    "adp": Adp,
    "advanta_ussd": Advanta,
    "africastalking": AfricasTalking,
    "airtel_flares_ussd": AirtelFlares,
    "apposit": Apposit,
    "arabiacell": ArabiaCell,
    "arkesel_ussd": Arkesel,
    "asanak": Asanak,
    "bandwidth": Bandwidth,
    "blackmyna": BlackMyna,
    "bonga_olivetree_ussd": Bonga,
    "bongolive": BongoLive,
    "burst_sms": BurstSms,
    "capcom6": Capcom6,
    "cellulant_sms": CellulantSms,
    "cellulant_ussd": CellulantUssd,
    "chikka": Chikka,
    "clickatell": Clickatell,
    "clickmobile": ClickMobile,
    "clicksend": ClickSend,
    "crossgate_ussd": Crossgate,
    "dart_media": DartMedia,
    "dmark": Dmark,
    "dmark_ussd": DmarkUssd,
    "farazsms": FarazSms,
    "ghasedak": Ghasedak,
    "globe_labs": GlobeLabs,
    "hellio_ussd": Hellio,
    "high_connection": HighConnection,
    "hollatags_ussd": HollaTags,
    "hormuud": Hormuud,
    "hsenid_tap_ussd": HsenidTap,
    "httpsms": HttpSms,
    "hub": Hub,
    "hubtel_ussd": Hubtel,
    "i2sms": I2Sms,
    "ideabiz_ussd": IdeaBizUssd,
    "imimobile_ussd": ImiMobileUssd,
    "infobip": Infobip,
    "infobip_ussd_legacy": InfobipUssdLegacy,
    "integrat_higate_ussd": IntegratHigate,
    "ippanel": IpPanel,
    "irancell_parlayx": Irancell,
    "jasmin": Jasmin,
    "junebug": Junebug,
    "junebug_ussd": JunebugUssd,
    "justcall": JustCall,
    "kannel": Kannel,
    "kavenegar": Kavenegar,
    "m3tech": M3Tech,
    "macrokiosk": Macrokiosk,
    "magfa": Magfa,
    "mci_parlayx": Mci,
    "mediana": Mediana,
    "melipayamak": MeliPayamak,
    "messagebird": MessageBird,
    "messangi": Messangi,
    "mobilesasa_ussd": Mobilesasa,
    "mobinone": MobinOne,
    "moolre_ussd": Moolre,
    "mtarget": Mtarget,
    "mtech_kenya": MtechKenya,
    "mtech_ussd": MtechUssd,
    "mtn": MtnPortal,
    "mtn_madapi_sms": MtnMadapi,
    "mtn_madapi_ussd": MtnMadapiUssd,
    "mtn_rwanda_ussd": MtnRwandaUssd,
    "nalo_ussd": Nalo,
    "netcore": Netcore,
    "novo": Novo,
    "oltranz_ussd": Oltranz,
    "pardis": Pardis,
    "parlayx_sms": ParlayX,
    "parlayx_ussd_huawei": ParlayXUssd,
    "payamresan": PayamResan,
    "playmobile": PlayMobile,
    "playsms": PlaySms,
    "plivo": Plivo,
    "redrabbit": RedRabbit,
    "safaricom_ussd": Safaricom,
    "shaqodoon": Shaqodoon,
    "signalwire": SignalWire,
    "simulator": Simulator,
    "sinch": Sinch,
    "sms_central": SmsCentral,
    "smsir": SmsIr,
    "smssync": SmsSync,
    "start_mobile": StartMobile,
    "sunwaysms": SunwaySms,
    "techsavanna_ussd": Techsavanna,
    "telepromo": Telepromo,
    "telerivet": Telerivet,
    "telesom": Telesom,
    "telnyx": Telnyx,
    "template": Template,
    "thinq": ThinQ,
    "traccar": Traccar,
    "trueafrican_ussd": TrueAfricanUssd,
    "truroute_ussd": TruRoute,
    "twilio": Twilio,
    "twilio_messaging_service": TwilioMessagingService,
    "twiml_api": TwimlApi,
    "ussd_template": UssdTemplate,
    "vas2nets": Vas2Nets,
    "vodacom_messaging_ussd": VodacomMessagingUssd,
    "vonage": Vonage,
    "wavy": Wavy,
    "yo": Yo,
    "zenvia": Zenvia,
    "zenvia_legacy": ZenviaLegacy,
}

ALIASES: dict[str, str] = {
    "android_sms_gateway_capcom6": "capcom6",
    "apposit_sms": "apposit",
    "beem": "bongolive",
    "bird": "messagebird",
    "bongolive_beem": "bongolive",
    "external_http": "template/external_http",
    "farapayamak": "melipayamak",
    "httpsms_android": "httpsms",
    "hub9": "dart_media/hub9",
    "iranpayamak": "farazsms",
    "mblox": "sinch",
    "movile": "wavy",
    "mtech_kenya_sms": "mtech_kenya",
    "mtn_developer_portal": "mtn",
    "mtn_madapi_sms_v3": "mtn_madapi_sms",
    "netcore_sms": "netcore",
    "nexmo": "vonage",
    "parlayx": "parlayx_sms",
    "redrabbit_javna": "redrabbit",
    "sinch_mblox_xms": "sinch",
    "smssync_android": "smssync",
    "traccar_sms_gateway": "traccar",
    "twiml_api_generic": "twiml_api",
    "vas2nets_sms": "vas2nets",
    "vonage_nexmo": "vonage",
    "wavy_movile": "wavy",
}
"""Other names for the same; `template/asanak_push` is an adapter with one of its presets."""


class UnknownCarrier(Exception):
    """No adapter has this name."""


def find(name: str) -> tuple[type[Adapter], str]:
    """The adapter that goes by this name, and the preset that the name stands for, if any."""
    adapter, _, preset = ALIASES.get(name, name).partition("/")
    if adapter not in ADAPTERS:
        raise UnknownCarrier(f"no carrier is called {name!r}")
    return ADAPTERS[adapter], preset
