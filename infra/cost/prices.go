package cost

// Date is when the prices were gathered. They are AWS's list prices, in US
// dollars, without tax; AWS changes them without asking.
const Date = "27 November 2026"

// Region is where a stack lives, as far as its prices are known.
type Region string

// The regions of the table.
const (
	London   Region = "eu-west-2"
	Virginia Region = "us-east-1"
)

// Regions are all of them.
var Regions = []Region{London, Virginia}

// Price is a line of the table of prices.
type Price struct {
	What string
	Unit string  // that it is for
	Per  float64 // how many of what is counted make the unit

	// Tiers are the prices of so many units, and of what is beyond them.
	Tiers []Tier

	// Free is how many units each account has free each month, for good, over
	// all that it does.
	Free float64

	Source string // page of AWS
	Seen   string // where the figure could be held against a public copy; "" = nowhere
}

// Tier is the price of a unit as far as a number of units.
type Tier struct {
	UpTo             float64 // units; 0 = without end
	London, Virginia float64
}

// flat is a price without tiers.
func flat(london, virginia float64) []Tier { return []Tier{{0, london, virginia}} }

// The units that things are counted in.
const (
	million  = 1e6
	thousand = 1e3
	gb       = 1e9 // of what is counted in bytes
	tb       = 1e3 // in GB
)

// Where prices stand.
const (
	lambdaPage     = "https://aws.amazon.com/lambda/pricing/"
	dynamoPage     = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
	s3Page         = "https://aws.amazon.com/s3/pricing/"
	cloudFrontPage = "https://aws.amazon.com/cloudfront/pricing/pay-as-you-go/"
	wafPage        = "https://aws.amazon.com/waf/pricing/"
	cloudWatchPage = "https://aws.amazon.com/cloudwatch/pricing/"
	route53Page    = "https://aws.amazon.com/route53/pricing/"
	xrayPage       = "https://aws.amazon.com/xray/pricing/"
	kmsPage        = "https://aws.amazon.com/kms/pricing/"
	balancerPage   = "https://aws.amazon.com/elasticloadbalancing/pricing/"
	vpcPage        = "https://aws.amazon.com/vpc/pricing/"
	fargatePage    = "https://aws.amazon.com/fargate/pricing/"
	ecrPage        = "https://aws.amazon.com/ecr/pricing/"
	ec2Page        = "https://aws.amazon.com/ec2/pricing/on-demand/"
	ebsPage        = "https://aws.amazon.com/ebs/pricing/"
)

// The prices.
var (
	LambdaRequests = Price{"Lambda, requests", "million", million, flat(0.20, 0.20), 1, lambdaPage, ""}
	LambdaARM      = Price{"Lambda, arm64", "GB-second", 1, flat(0.0000133334, 0.0000133334), 400_000, lambdaPage,
		"us-east-1"}
	LambdaX86 = Price{"Lambda, x86_64", "GB-second", 1, flat(0.0000166667, 0.0000166667), 400_000, lambdaPage,
		"us-east-1"}

	LedgerWrites = Price{"DynamoDB, writes", "million units", million, flat(0.7423, 0.625), 0, dynamoPage, "us-east-1"}
	LedgerReads  = Price{"DynamoDB, reads", "million units", million, flat(0.1485, 0.125), 0, dynamoPage, "us-east-1"}
	LedgerBytes  = Price{"DynamoDB, storage", "GB-month", gb, flat(0.297, 0.25), 25, dynamoPage, ""}
	LedgerBackup = Price{"DynamoDB, point-in-time recovery", "GB-month", gb, flat(0.238, 0.20), 0, dynamoPage, ""}

	StorePuts = Price{"S3, PUT, COPY, POST, LIST", "thousand", thousand, flat(0.0053, 0.005), 0, s3Page, "us-east-1"}
	StoreGets = Price{"S3, GET and the like", "thousand", thousand, flat(0.00042, 0.0004), 0, s3Page, "us-east-1"}
	StoreGB   = Price{"S3, storage", "GB-month", gb, []Tier{
		{50 * tb, 0.024, 0.023}, {500 * tb, 0.023, 0.022}, {0, 0.022, 0.021},
	}, 0, s3Page, "us-east-1"}

	Egress = Price{"Egress, but for CloudFront's", "GB", gb, []Tier{
		{10 * tb, 0.09, 0.09}, {50 * tb, 0.085, 0.085}, {150 * tb, 0.07, 0.07}, {0, 0.05, 0.05},
	}, 100, s3Page, "us-east-1"}
	EdgeEgress = Price{"Egress from CloudFront", "GB", gb, []Tier{
		{10 * tb, 0.085, 0.085}, {50 * tb, 0.080, 0.080}, {150 * tb, 0.060, 0.060}, {500 * tb, 0.040, 0.040},
		{1024 * tb, 0.030, 0.030}, {5 * 1024 * tb, 0.025, 0.025}, {0, 0.020, 0.020},
	}, 1 * tb, cloudFrontPage, "both"}
	EdgeToOrigin = Price{"CloudFront, uploads to the origin", "GB", gb, flat(0.020, 0.020), 0, cloudFrontPage, ""}
	EdgeRequests = Price{"CloudFront, HTTPS requests", "10 thousand", 1e4, flat(0.0120, 0.0100), 1000, cloudFrontPage, ""}

	WAFList     = Price{"WAF, access control list", "month", 1, flat(5, 5), 0, wafPage, "both"}
	WAFRules    = Price{"WAF, rules", "rule", 1, flat(1, 1), 0, wafPage, "both"}
	WAFRequests = Price{"WAF, requests", "million", million, flat(0.60, 0.60), 0, wafPage, "both"}
	WAFBots     = Price{"WAF, bot control", "month", 1, flat(10, 10), 0, wafPage, "both"}
	WAFBotsSeen = Price{"WAF, requests under bot control", "million", million, flat(1, 1), 0, wafPage, "both"}

	Alarms     = Price{"CloudWatch, metrics of alarms", "metric", 1, flat(0.10, 0.10), 10, cloudWatchPage, "us-east-1"}
	Composites = Price{"CloudWatch, composite alarms", "alarm", 1, flat(0.50, 0.50), 0, cloudWatchPage, ""}
	Dashboards = Price{"CloudWatch, dashboards", "dashboard", 1, flat(3, 3), 3, cloudWatchPage, "us-east-1"}
	Metrics    = Price{"CloudWatch, metrics of ours and of AWS's own", "metric", 1, flat(0.30, 0.30), 10,
		cloudWatchPage, "us-east-1"}
	LogBytes = Price{"CloudWatch, logs taken in", "GB", gb, flat(0.5985, 0.50), 5, cloudWatchPage, "us-east-1"}
	LogKept  = Price{"CloudWatch, logs kept", "GB-month", gb, flat(0.0315, 0.03), 0, cloudWatchPage, "us-east-1"}
	// In us-east-1, wherever the stack is.
	AccessLog = Price{"CloudWatch, access log of CloudFront", "GB", gb, flat(0.50, 0.50), 0, cloudWatchPage, ""}

	Balancers     = Price{"Load balancer, hours", "hour", 1, flat(0.02646, 0.0225), 0, balancerPage, ""}
	BalancerUnits = Price{"Load balancer, capacity units", "LCU-hour", 1, flat(0.0084, 0.008), 0, balancerPage, ""}
	Addresses     = Price{"Public IPv4 addresses", "hour", 1, flat(0.005, 0.005), 0, vpcPage, ""}
	FargateCPU    = Price{"Fargate, arm64, processors", "vCPU-hour", 1, flat(0.03725, 0.03238), 0, fargatePage,
		"us-east-1"}
	FargateMemory = Price{"Fargate, arm64, memory", "GB-hour", 1, flat(0.00409, 0.00356), 0, fargatePage, "us-east-1"}
	FargateX86CPU = Price{"Fargate, x86_64, processors", "vCPU-hour", 1, flat(0.04656, 0.04048), 0, fargatePage,
		"us-east-1"}
	FargateX86Memory = Price{"Fargate, x86_64, memory", "GB-hour", 1, flat(0.00511, 0.004445), 0, fargatePage, "us-east-1"}
	Images           = Price{"ECR, storage", "GB-month", gb, flat(0.10, 0.10), 0, ecrPage, ""}
	Zones            = Price{"Route 53, private zone", "zone", 1, flat(0.50, 0.50), 0, route53Page, ""}
	Disks            = Price{"EBS, gp3", "GB-month", gb, flat(0.0928, 0.08), 0, ebsPage, ""}

	SmallARM  = Price{"EC2, t4g.small", "hour", 1, flat(0.0188, 0.0168), 0, ec2Page, ""}
	MediumARM = Price{"EC2, t4g.medium", "hour", 1, flat(0.0376, 0.0336), 0, ec2Page, ""}
	SmallX86  = Price{"EC2, t3.small", "hour", 1, flat(0.0236, 0.0208), 0, ec2Page, "us-east-1"}
	MediumX86 = Price{"EC2, t3.medium", "hour", 1, flat(0.0472, 0.0416), 0, ec2Page, "us-east-1"}

	HealthChecks = Price{"Route 53, health checks over HTTPS", "check", 1, flat(1.50, 1.50), 0, route53Page, ""}
	Traces       = Price{"X-Ray, traces", "million", million, flat(5, 5), 0.1, xrayPage, ""}
	Keys         = Price{"KMS, key of the stack's state", "key", 1, flat(1, 1), 0, kmsPage, ""}
)

// Instances are the prices of hosts, by their kind.
var Instances = map[string]*Price{
	"t4g.small": &SmallARM, "t4g.medium": &MediumARM, "t3.small": &SmallX86, "t3.medium": &MediumX86,
}

// Prices is the table.
var Prices = []*Price{
	&Egress, &EdgeEgress, &EdgeToOrigin, &EdgeRequests,
	&LambdaRequests, &LambdaARM, &LambdaX86,
	&Balancers, &BalancerUnits, &Addresses,
	&FargateCPU, &FargateMemory, &FargateX86CPU, &FargateX86Memory, &Images, &Zones,
	&SmallARM, &MediumARM, &SmallX86, &MediumX86, &Disks,
	&LedgerWrites, &LedgerReads, &LedgerBytes, &LedgerBackup,
	&StorePuts, &StoreGets, &StoreGB,
	&WAFList, &WAFRules, &WAFRequests, &WAFBots, &WAFBotsSeen,
	&Alarms, &Composites, &Dashboards, &Metrics, &LogBytes, &LogKept, &AccessLog,
	&HealthChecks, &Traces, &Keys,
}

// of is what so many cost in a region, of what is counted: those beyond the free
// ones, if these are taken off.
func (p *Price) of(counted float64, region Region, free bool) (dollars float64) {
	units := counted / p.Per
	if free {
		units = max(0, units-p.Free)
	}
	from := 0.0
	for _, t := range p.Tiers {
		in := units - from
		if t.UpTo > 0 {
			in = min(in, t.UpTo-from)
		}
		if in <= 0 {
			break
		}
		dollars += in * t.in(region)
		from = t.UpTo
	}
	return dollars
}

func (t Tier) in(region Region) float64 {
	if region == Virginia {
		return t.Virginia
	}
	return t.London
}
