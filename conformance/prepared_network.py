"""What the examples of `az network` speak of and none of them makes, each made with az under the name and in the group
that the examples use. What only exists so that something else can be made is named for that."""

from __future__ import annotations

import base64
import json

_GROUP = "{subscription}/resourceGroups/MyResourceGroup/providers"
_NETWORK = f"{_GROUP}/Microsoft.Network"
_CERTIFICATE = base64.b64encode(b"a certificate that only its owner reads").decode()
"""Services keep what a certificate holds as it is sent; none here looks into it."""
FILES = {
    "FilePath": _CERTIFICATE,
    "root-cert.cer": _CERTIFICATE,
    "MyCertificateData": _CERTIFICATE,
    "config_file.json": json.dumps([{"name": "addr1", "ip-address": "10.0.0.10", "virtual-network": "MyVnet"}]),
}
_SUBNETS = f"{_NETWORK}/virtualNetworks/ForGateways/subnets"
_MACHINE = "--image Ubuntu2204 --generate-ssh-keys"
_GATEWAY = "--sku Standard_v2 --capacity 2 --priority 1001"
_NETWORKS = (
    "network vnet create -g MyResourceGroup -n MyVnet --address-prefix 10.0.0.0/16 --subnet-name MySubnet "
    "--subnet-prefixes 10.0.0.0/24",
    "network vnet create -g MyResourceGroup -n MyVnetName --subnet-name MySubnet",
    "network vnet create -g MyRG -n MyVnetName --subnet-name MySubnet",
    "network vnet create -g MyResourceGroup -n MyVnet1 --address-prefix 10.10.0.0/16 --subnet-name MySubnet1",
    "network vnet create -g MyResourceGroup -n MyVnet2 --address-prefix 10.20.0.0/16 --subnet-name MySubnet2",
    "network vnet create -g MyResourceGroup -n MyVnet2Id --address-prefix 10.30.0.0/16",
    "network vnet create -g rg1 -n rg1-vnet --subnet-name default",
    "network vnet peering create -g MyResourceGroup -n MyVnet1ToMyVnet2 --vnet-name MyVnet1 --remote-vnet MyVnet2 "
    "--allow-vnet-access",
    "network vnet create -g MyResourceGroup -n ForGateways --address-prefix 10.40.0.0/16 --subnet-name MySubnet "
    "--subnet-prefixes 10.40.0.0/24",
    "network vnet subnet create -g MyResourceGroup --vnet-name ForGateways -n GatewaySubnet "
    "--address-prefixes 10.40.1.0/24",
    "network vnet subnet create -g MyResourceGroup --vnet-name ForGateways -n RouteServerSubnet "
    "--address-prefixes 10.40.2.0/24",
    "network vnet subnet create -g MyResourceGroup --vnet-name ForGateways -n ForServices "
    "--address-prefixes 10.40.3.0/24 --private-link-service-network-policies Disabled",
    "network vnet subnet create -g MyResourceGroup --vnet-name MyVnet -n GatewaySubnet "
    "--address-prefixes 10.0.255.0/27",
    "network vnet create -g MyResourceGroup -n MyVnetResource",
    "network vnet create -g MyResourceGroup -n MyVirtualNetworkId",
    "network vnet create -g MyRg -n vnet --address-prefix 10.0.0.0/16 --subnet-name subnet1 "
    "--subnet-prefixes 10.0.0.0/24",
    "network vnet subnet create -g MyRg --vnet-name vnet -n subnet2 --address-prefixes 10.0.1.0/24",
    "network nat gateway create -g MyResourceGroup -n MyNatGateway",
    *(f"network asg create -g MyResourceGroup -n {name}" for name in ("MyAsg", "Web", "App")),
    "network nsg create -g MyResourceGroup -n MyNewNsg",
    *(
        f"network public-ip create -g MyResourceGroup -n {name} --sku Standard"
        for name in ("MyGatewayIp", "myVGPublicIPAddress", "MyPublicIpAddress", "MyFrontendIp", "MyNewPublicIp")
    ),
    "network service-endpoint policy create -g MyResourceGroup -n MyPolicy",
    "network service-endpoint policy create -g myresourcegroup -n mypolicy",
    "network service-endpoint policy-definition create -g myresourcegroup --policy-name mypolicy "
    "-n myserviceendpointpolicydefinition --service Microsoft.Storage --service-resources {subscription}",
)
_MEMBERS = (
    "network lb create -g MyResourceGroup -n MyLb --sku Standard --backend-pool-name MyAddressPool "
    "--frontend-ip-name MyFrontendIp --vnet-name MyVnet --subnet MySubnet",
    "network nic create -g MyResourceGroup -n MyNic --vnet-name MyVnet --subnet MySubnet --lb-name MyLb "
    "--lb-address-pools MyAddressPool",
    "network nic ip-config create -g MyResourceGroup --nic-name MyNic -n MyIpConfig",
    f"vm create -g MyResourceGroup -n MyVm {_MACHINE}",
    f"vm create -g MyResourceGroup -n MyVmName1 {_MACHINE}",
    f"vm create -g MyResourceGroup -n MyVmName2 {_MACHINE}",
    f"vm create -g MyResourceGroup -n ForCaptures -l westus {_MACHINE}",
    f"vmss create -g MyResourceGroup -n MyVmVMSS --orchestration-mode Uniform {_MACHINE}",
)
_APPLICATION_GATEWAYS = (
    *(
        command
        for name in ("MyGateway", "MyAppGateway", "MyApplicationGateway", "ag1")
        for command in (
            f"network public-ip create -g MyResourceGroup -n For{name} --sku Standard",
            f"network vnet create -g MyResourceGroup -n For{name} --address-prefix 10.50.0.0/16 --subnet-name default",
            f"network application-gateway create -g MyResourceGroup -n {name} --public-ip-address For{name} "
            f"--vnet-name For{name} --subnet default {_GATEWAY}",
        )
    ),
    *(
        f"network application-gateway waf-policy create -g MyResourceGroup -n {name} --type OWASP --version 3.2"
        for name in ("MyPolicy", "MyWAF", "MyPolicySetting")
    ),
    "network application-gateway waf-policy custom-rule create -g MyResourceGroup --policy-name MyPolicy "
    "-n MyWAFPolicyRule --action Block --priority 500 --rule-type MatchRule",
    "network public-ip create -g MyResourceGroup -n ForPrivateLink --sku Standard",
    "network application-gateway frontend-ip create -g MyResourceGroup --gateway-name MyGateway -n MyFrontendIP "
    "--public-ip-address ForPrivateLink",
    "network application-gateway private-link add -g MyResourceGroup --gateway-name MyGateway -n MyPrivateLink "
    "--frontend-ip MyFrontendIP --subnet ForPrivateLinks --subnet-prefix 10.50.9.0/24",
    "network application-gateway rewrite-rule set create -g MyResourceGroup --gateway-name MyGateway -n MyRuleSet",
    "network application-gateway rewrite-rule create -g MyResourceGroup --gateway-name MyGateway "
    "--rule-set-name MyRuleSet -n MyRewriteRule --sequence 100 --request-headers foo=bar",
)
_PEERING = f"{_NETWORK}/expressRouteCircuits/MyOtherCircuit/peerings/AzurePrivatePeering"
_WAN = "{subscription}/resourceGroups/rg1/providers/Microsoft.Network/virtualWans/ForHubs"
_HUBS = (
    *(
        f"resource create -g {group} -n {name} --resource-type Microsoft.Network/{kind} --api-version 2024-05-01 "
        f"--is-full-object -p {json.dumps({'location': 'westeurope', 'properties': properties}, separators=(',', ':'))}"
        for group, name, kind, properties in (
            ("rg1", "ForHubs", "virtualWans", {}),
            ("rg1", "ForGateways", "virtualHubs", {"addressPrefix": "10.60.0.0/24", "virtualWan": {"id": _WAN}}),
            (
                "MyResourceGroup",
                "MyVirtualHub",
                "virtualHubs",
                {"addressPrefix": "10.61.0.0/24", "virtualWan": {"id": _WAN}},
            ),
        )
    ),
    *(
        f"network express-route gateway create -g {group} -n {name} --virtual-hub "
        "{subscription}/resourceGroups/rg1/providers/Microsoft.Network/virtualHubs/ForGateways"
        for group, name in (("rg1", "ergw"), ("rg1", "ergw1"), ("MyResourceGroup", "MyGateway"))
    ),
    *(
        f"network virtual-appliance create -g {group} -n {name} --vendor barracudasdwanrelease --scale-unit 2 "
        "-v latest --asn 65222 --vhub "
        "{subscription}/resourceGroups/rg1/providers/Microsoft.Network/virtualHubs/ForGateways"
        for group, name in (
            ("MyRG", "MyName"),
            ("MyRG", "MyAppliance"),
            ("MyRG", "MyNVA"),
            ("rg1", "nva"),
            ("rg", "name"),
        )
    ),
    "network virtual-appliance site create -g MyRG --appliance-name MyName -n MySite --address-prefix 10.0.0.0/24 "
    "--allow --default --optimize",
    "network virtual-network-appliance create -g rg1 --virtual-network-appliance-name test-vna -l westeurope "
    "--bandwidth-in-gbps 100 --subnet "
    "{id:{subscription}/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/rg1-vnet/subnets/default}",
)
_GATEWAYS = (
    *(
        command
        for group, name, kind in (
            ("rg1", "ergw", "ExpressRoute --sku Standard"),
            ("rg1", "vpngw", "Vpn --sku VpnGw1"),
            ("rg", "gateway", "Vpn --sku VpnGw1"),
            ("group", "gateway", "Vpn --sku VpnGw1"),
            ("MyResourceGroup", "MyGateway", "Vpn --sku VpnGw1"),
            ("MyResourceGroup", "MyConnection", "Vpn --sku VpnGw1"),
            ("MyResourceGroup", "MyVnetGateway", "Vpn --sku VpnGw1"),
        )
        for command in (
            f"network public-ip create -g {group} -n ForGateway{name} --sku Standard",
            f"network vnet create -g {group} -n ForGateway{name} --subnet-name GatewaySubnet",
            f"network vnet-gateway create -g {group} -n {name} --vnet ForGateway{name} "
            f"--public-ip-address ForGateway{name} --gateway-type {kind}",
        )
    ),
    "network local-gateway create -g MyResourceGroup -n ForConnections --gateway-ip-address 203.0.113.4 "
    "--local-address-prefixes 10.70.0.0/16",
    "network vpn-connection create -g MyResourceGroup -n MyVPNConnection --vnet-gateway1 MyGateway "
    "--local-gateway2 ForConnections --shared-key Abc123",
    "network vpn-connection create -g MyResourceGroup -n MyConnection --vnet-gateway1 MyVnetGateway "
    "--local-gateway2 ForConnections --shared-key Abc123",
    "network public-ip create -g MyResourceGroup -n ForRouteServer --sku Standard",
    "network routeserver create -g MyResourceGroup -n MyRouteServer --public-ip-address ForRouteServer "
    f"--hosted-subnet {_SUBNETS}/RouteServerSubnet",
)
_CIRCUITS = (
    "network express-route create -g rg1 -n erckt --bandwidth 200 --provider Equinix --peering-location Seattle",
    "network express-route create -g MyResourceGroup -n MyOtherCircuit --bandwidth 200 --provider Equinix "
    "--peering-location Seattle",
    "network express-route peering create -g MyResourceGroup --circuit-name MyOtherCircuit "
    "--peering-type AzurePrivatePeering --peer-asn 10002 --vlan-id 103 --primary-peer-subnet 101.0.0.0/30 "
    "--secondary-peer-subnet 102.0.0.0/30",
    "network express-route gateway connection create -g MyResourceGroup --gateway-name MyGateway "
    f"-n MyExpressRouteConnection --peering {_PEERING}",
    *(
        f"network express-route port create -g MyResourceGroup -n {name} --bandwidth 10 Gbps --encapsulation Dot1Q "
        "--peering-location Equinix-Seattle-SE2"
        for name in ("MyPort", "MyPortName")
    ),
)
_PRIVATE = (
    f"network lb create -g MyResourceGroup -n ForServices --sku Standard --frontend-ip-name front "
    f"--subnet {_SUBNETS}/ForServices",
    f"network private-link-service create -g MyResourceGroup -n MyPrivateLinkService --subnet {_SUBNETS}/ForServices "
    f"--lb-frontend-ip-configs {_NETWORK}/loadBalancers/ForServices"
    "/frontendIPConfigurations/front",
    *(
        f"network private-endpoint create -g {group} -n {name} --vnet-name MyVnetName --subnet MySubnet "
        f"--connection-name {name} --private-connection-resource-id {_NETWORK}/privateLinkServices/MyPrivateLinkService"
        for group, name in (
            ("MyRG", "MyPE"),
            ("MyResourceGroup", "MyPE"),
            ("MyResourceGroup", "MyEndpoint"),
            ("MyResourceGroup", "MyPrivateEndpoint"),
        )
    ),
    "network lb create -g MyResourceGroup -n MyLBName --sku Standard --frontend-ip-name LoadBalancerFrontEnd "
    "--vnet-name MyVnetName --subnet MySubnet",
    "network private-dns zone create -g MyRG -n PrivateDNSZone1",
    "network private-dns zone create -g MyResourceGroup -n PrivateDNSZone1",
    "network private-endpoint dns-zone-group create -g MyResourceGroup --endpoint-name MyEndpoint "
    "-n MyPrivateDnsZoneGroup --zone-name Zone1 --private-dns-zone PrivateDNSZone1",
    "keyvault create -g MyResourceGroup -n MyKV",
)
_WATCHED = (
    *(
        f"network watcher connection-monitor create -n {name} -l {region} --endpoint-source-name MyEndpoint "
        f"--endpoint-source-resource-id {_GROUP}/Microsoft.Compute/virtualMachines/MyVm --endpoint-dest-name bing "
        "--endpoint-dest-address bing.com --test-config-name MyConnectionMonitorTestConfiguration --protocol Tcp "
        "--tcp-port 443 --test-group-name DefaultTestGroup"
        for name, region in (
            ("MyConnectionMonitor", "westus"),
            ("MyConnectionMonitor", "westus2"),
            ("MyConnectionMonitorName", "westus"),
        )
    ),
    "network watcher connection-monitor test-group add --connection-monitor MyConnectionMonitor -l westus2 "
    "-n MyConnectionMonitorTestGroup --endpoint-source-name MyEndpoint --endpoint-dest-name bing "
    "--test-config-name MyConnectionMonitorTestConfiguration",
    "storage account create -g MyResourceGroup -n forcaptures -l westus",
    "network watcher packet-capture create -g MyResourceGroup -n MyPacketCapture --vm ForCaptures "
    "--storage-account forcaptures",
    "monitor log-analytics workspace create -g MyAnotherResourceGroup -n MyAnotherLogAnalyticWorkspace",
    "network public-ip create -g MyResourceGroup -n ForProfiles --sku Standard --dns-name for-profiles-7c1f",
    "network traffic-manager profile create -g MyResourceGroup -n MyTmProfile --routing-method Weighted "
    "--unique-dns-name for-profiles-7c1f",
    "network traffic-manager endpoint create -g MyResourceGroup --profile-name MyTmProfile -n MyEndpoint "
    f"--type azureEndpoints --target-resource-id {_NETWORK}/publicIPAddresses/ForProfiles",
)
PREPARED = (
    *_NETWORKS,
    *_MEMBERS,
    *_APPLICATION_GATEWAYS,
    *_HUBS,
    *_GATEWAYS,
    *_CIRCUITS,
    *_PRIVATE,
    *_WATCHED,
)
