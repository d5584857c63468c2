"""Every carrier by name: one import and one line each, sorted. Opened by main and cli alone."""

from gateway_adapters.africastalking import AfricasTalking
from gateway_adapters.airtel_flares_ussd import AirtelFlares
from gateway_adapters.capcom6 import Capcom6
from gateway_adapters.cellulant_ussd import CellulantUssd
from gateway_adapters.contract import Adapter
from gateway_adapters.dmark_ussd import DmarkUssd
from gateway_adapters.ghana_ussd import Arkesel, Moolre, Nalo
from gateway_adapters.hollatags_ussd import HollaTags
from gateway_adapters.hsenid_tap_ussd import HsenidTap
from gateway_adapters.httpsms import HttpSms
from gateway_adapters.hubtel_ussd import Hubtel
from gateway_adapters.ideabiz_ussd import IdeaBizUssd
from gateway_adapters.imimobile_ussd import ImiMobileUssd
from gateway_adapters.infobip_ussd_legacy import InfobipUssdLegacy
from gateway_adapters.integrat_higate_ussd import IntegratHigate
from gateway_adapters.kannel import Kannel
from gateway_adapters.kavenegar import Kavenegar
from gateway_adapters.magfa import Magfa
from gateway_adapters.melipayamak import MeliPayamak
from gateway_adapters.mtech_ussd import MtechUssd
from gateway_adapters.mtn_madapi_ussd import MtnMadapiUssd
from gateway_adapters.mtn_rwanda_ussd import MtnRwandaUssd
from gateway_adapters.oltranz_ussd import Oltranz
from gateway_adapters.parlayx_sms import ParlayXSms
from gateway_adapters.parlayx_ussd_huawei import ParlayXUssd
from gateway_adapters.simulator import Simulator
from gateway_adapters.smssync import SmsSync
from gateway_adapters.template import Template
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
from gateway_adapters.vodacom_messaging_ussd import VodacomMessagingUssd

ADAPTERS: dict[str, type[Adapter]] = {
    "advanta_ussd": Advanta,
    "africastalking": AfricasTalking,
    "airtel_flares_ussd": AirtelFlares,
    "arkesel_ussd": Arkesel,
    "bonga_olivetree_ussd": Bonga,
    "capcom6": Capcom6,
    "cellulant_ussd": CellulantUssd,
    "crossgate_ussd": Crossgate,
    "dmark_ussd": DmarkUssd,
    "hellio_ussd": Hellio,
    "hollatags_ussd": HollaTags,
    "hsenid_tap_ussd": HsenidTap,
    "httpsms": HttpSms,
    "hubtel_ussd": Hubtel,
    "ideabiz_ussd": IdeaBizUssd,
    "imimobile_ussd": ImiMobileUssd,
    "infobip_ussd_legacy": InfobipUssdLegacy,
    "integrat_higate_ussd": IntegratHigate,
    "kannel": Kannel,
    "kavenegar": Kavenegar,
    "magfa": Magfa,
    "melipayamak": MeliPayamak,
    "mobilesasa_ussd": Mobilesasa,
    "moolre_ussd": Moolre,
    "mtech_ussd": MtechUssd,
    "mtn_madapi_ussd": MtnMadapiUssd,
    "mtn_rwanda_ussd": MtnRwandaUssd,
    "nalo_ussd": Nalo,
    "oltranz_ussd": Oltranz,
    "parlayx_sms": ParlayXSms,
    "parlayx_ussd_huawei": ParlayXUssd,
    "safaricom_ussd": Safaricom,
    "signalwire": SignalWire,
    "simulator": Simulator,
    "smssync": SmsSync,
    "techsavanna_ussd": Techsavanna,
    "template": Template,
    "traccar": Traccar,
    "trueafrican_ussd": TrueAfricanUssd,
    "truroute_ussd": TruRoute,
    "twilio": Twilio,
    "twilio_messaging_service": TwilioMessagingService,
    "twiml_api": TwimlApi,
    "ussd_template": UssdTemplate,
    "vodacom_messaging_ussd": VodacomMessagingUssd,
}

ALIASES: dict[str, str] = {
    "android_sms_gateway_capcom6": "capcom6",
    "external_http": "template/external_http",
    "farapayamak": "melipayamak",
    "httpsms_android": "httpsms",
    "smssync_android": "smssync",
    "traccar_sms_gateway": "traccar",
    "twiml_api_generic": "twiml_api",
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
