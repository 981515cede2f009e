"""What is known of the types of Microsoft.Network as data: which arrays hold sub-resources, which part names which
other, and which values are numbers.

Sources: the published resource definitions (azure-rest-api-specs, Microsoft.Network) and answers recorded by the tests
of the Azure CLI and the SDKs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_NAMESPACE = "microsoft.network/"

PARTS: Mapping[str, frozenset[str]] = {
    _NAMESPACE + owner.casefold(): frozenset(arrays.split())
    for owner, arrays in {
        "applicationGateways": (
            "gatewayIPConfigurations authenticationCertificates trustedRootCertificates trustedClientCertificates"
            " sslCertificates frontendIPConfigurations frontendPorts probes backendAddressPools"
            " backendHttpSettingsCollection backendSettingsCollection httpListeners listeners sslProfiles urlPathMaps"
            " pathRules requestRoutingRules routingRules rewriteRuleSets redirectConfigurations"
            " privateLinkConfigurations ipConfigurations loadDistributionPolicies loadDistributionTargets"
        ),
        "azureFirewalls": ("ipConfigurations applicationRuleCollections natRuleCollections networkRuleCollections"),
        "bastionHosts": "ipConfigurations",
        "expressRoutePorts": "links",
        "loadBalancers": ("frontendIPConfigurations loadBalancingRules probes outboundRules inboundNatPools"),
        "loadBalancers/backendAddressPools": "loadBalancerBackendAddresses",
        "networkInterfaces": "ipConfigurations",
        "networkProfiles": "containerNetworkInterfaceConfigurations ipConfigurations",
        "privateEndpoints": "privateLinkServiceConnections manualPrivateLinkServiceConnections",
        "privateLinkServices": "ipConfigurations",
        "virtualNetworkGateways": ("ipConfigurations vpnClientRootCertificates vpnClientRevokedCertificates"),
        "vpnSites": "vpnSiteLinks",
        "vpnGateways/vpnConnections": "vpnLinkConnections",
        "p2sVpnGateways": "p2SConnectionConfigurations",
    }.items()
}
"""Casefolded type -> the arrays, at any depth, whose named elements are sub-resources even when they say nothing more
than their name. Of other arrays an element is one when it has a name and properties."""


class Use(NamedTuple):
    """Each part in `array` whose property `via` names a part in `of` is listed there under `back`."""

    array: str
    via: str
    of: str
    back: str


_USES_OF_A_LISTENER = tuple(
    Use(array, via, of, back)
    for array, back in (("httpListeners", "httpListeners"), ("listeners", "listeners"))
    for via, of in (
        ("frontendIPConfiguration", "frontendIPConfigurations"),
        ("frontendPort", "frontendPorts"),
        ("sslCertificate", "sslCertificates"),
        ("sslProfile", "sslProfiles"),
    )
)
_USES_OF_A_RULE = (
    Use("requestRoutingRules", "httpListener", "httpListeners", "requestRoutingRules"),
    Use("requestRoutingRules", "backendAddressPool", "backendAddressPools", "requestRoutingRules"),
    Use("requestRoutingRules", "backendHttpSettings", "backendHttpSettingsCollection", "requestRoutingRules"),
    Use("requestRoutingRules", "urlPathMap", "urlPathMaps", "requestRoutingRules"),
    Use("requestRoutingRules", "redirectConfiguration", "redirectConfigurations", "requestRoutingRules"),
    Use("requestRoutingRules", "rewriteRuleSet", "rewriteRuleSets", "requestRoutingRules"),
    Use("routingRules", "listener", "listeners", "routingRules"),
    Use("routingRules", "backendAddressPool", "backendAddressPools", "routingRules"),
    Use("routingRules", "backendSettings", "backendSettingsCollection", "routingRules"),
    Use("backendHttpSettingsCollection", "probe", "probes", "backendHttpSettings"),
    Use("urlPathMaps", "defaultBackendAddressPool", "backendAddressPools", "urlPathMaps"),
    Use("urlPathMaps", "defaultBackendHttpSettings", "backendHttpSettingsCollection", "urlPathMaps"),
)
_USES_IN_A_BALANCER = (
    Use("loadBalancingRules", "frontendIPConfiguration", "frontendIPConfigurations", "loadBalancingRules"),
    Use("loadBalancingRules", "probe", "probes", "loadBalancingRules"),
    Use("loadBalancingRules", "backendAddressPool", "backendAddressPools", "loadBalancingRules"),
    Use("inboundNatRules", "frontendIPConfiguration", "frontendIPConfigurations", "inboundNatRules"),
    Use("inboundNatRules", "backendAddressPool", "backendAddressPools", "inboundNatRules"),
    Use("inboundNatPools", "frontendIPConfiguration", "frontendIPConfigurations", "inboundNatPools"),
    Use("outboundRules", "frontendIPConfigurations", "frontendIPConfigurations", "outboundRules"),
    Use("outboundRules", "backendAddressPool", "backendAddressPools", "outboundRules"),
)

USES: Mapping[str, tuple[Use, ...]] = {
    _NAMESPACE + "applicationgateways": (*_USES_OF_A_LISTENER, *_USES_OF_A_RULE),
    _NAMESPACE + "loadbalancers": _USES_IN_A_BALANCER,
}

NUMBERS = frozenset(
    (
        "backendport",
        "capacity",
        "frontendport",
        "frontendportrangeend",
        "frontendportrangestart",
        "idletimeoutinminutes",
        "interval",
        "intervalinseconds",
        "maxcapacity",
        "mincapacity",
        "numberofprobes",
        "peerasn",
        "port",
        "priority",
        "probethreshold",
        "requesttimeout",
        "routingweight",
        "timeout",
        "unhealthythreshold",
        "vlanid",
    )
)
"""Casefolded properties that hold a number in every type that has them and does not hold an object under that name."""
