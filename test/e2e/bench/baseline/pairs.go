package main

import "strings"

// pair is a benchmark and the reference that it has in the same run.
type pair struct {
	pkg, of, to string // to "" = the figure is a ratio already
	unit        string
	better      string // of a figure that is a ratio already
	says        string // in the picture, which has only what says something
}

// module is what the packages' names begin with.
const module = "sgraph.ai/send/"

// pairs are all of them. A benchmark that gets a reference gets a line here.
var pairs = []pair{
	{
		pkg: "test/e2e/bench", of: "Upload/sgsend", to: "Upload/nginx", unit: "MB/s",
		says: "1 GiB up to sgsend serve, to nginx",
	},
	{
		pkg: "test/e2e/bench", of: "Download/sgsend", to: "Download/nginx", unit: "MB/s",
		says: "1 GiB down from it, to nginx",
	},
	{pkg: "test/e2e/bench", of: "Upload/sgsend", to: "Upload/nginx", unit: "processor-s/GiB"},
	{pkg: "test/e2e/bench", of: "Download/sgsend", to: "Download/nginx", unit: "processor-s/GiB"},
	{
		pkg: "test/e2e/bench", of: "Command/send", to: "Command/curl-up", unit: "MB/s",
		says: "sgsend send of 1 GiB, sealed, to curl with nginx",
	},
	{
		pkg: "test/e2e/bench", of: "Command/receive", to: "Command/curl-down", unit: "MB/s",
		says: "sgsend receive of it, to curl with nginx",
	},
	{
		pkg: "test/e2e/bench", of: "Health/sgsend", to: "Health/bare", unit: "req/s",
		says: "small requests, to a bare Go handler",
	},
	{pkg: "test/e2e/bench", of: "Health/sgsend", to: "Health/bare", unit: "processor-µs"},
	{pkg: "shared/web", of: "Health", to: "Bare", unit: "req/s"},
	{pkg: "shared/web", of: "File", to: "FileBare", unit: "ns/op"},
	{pkg: "shared/lambdahttp", of: "Get", to: "Bare", unit: "ns/op"},
	{pkg: "shared/lambdahttp", of: "Upload/64KiB", unit: "x-decode", better: cost},
	{
		pkg: "shared/lambdahttp", of: "Upload/4096KiB", unit: "x-decode", better: cost,
		says: "4 MiB as an event, to decoding its base64",
	},
	{pkg: "shared/disk", of: "Put/memory/store", to: "Put/memory/file", unit: "ns/op"},
	{pkg: "shared/disk", of: "Put/http/store", to: "Put/http/file", unit: "ns/op"},
	{pkg: "shared/disk", of: "Open/file", to: "Open/reader", unit: "ns/op"},
	{pkg: "shared/envelope", of: "EncryptV2", to: "BareGCM", unit: "MB/s", says: "sealing in Go, to AES-GCM alone"},
	{pkg: "shared/envelope", of: "DecryptV2", to: "BareGCM", unit: "MB/s", says: "opening in Go, to AES-GCM alone"},
	{pkg: "shared/envelope", of: "EncryptV1", to: "BareGCM", unit: "MB/s"},
	{pkg: "shared/send", of: "Limiter/counted", to: "LimiterBare", unit: "ns/op"},
	{pkg: "shared/send", of: "Limiter/refused", to: "LimiterBare", unit: "ns/op"},
	{pkg: "shared/bolt", of: "Spend/durable/writers=1", to: "Sync", unit: "ns/op"},
	{pkg: "shared/bolt", of: "Spend/durable/writers=16", to: "Sync", unit: "ns/op"},
	{
		pkg: "test/e2e/browser", of: "Speed", unit: "sent-to-unsealed", better: speed,
		says: "sending in Chromium, to the same unsealed",
	},
	{
		pkg: "test/e2e/browser", of: "Speed", unit: "received-to-unsealed", better: speed,
		says: "receiving in Chromium, to the same unsealed",
	},
	{
		pkg: "test/e2e/lambdahost", of: "Start", unit: "x-clients", better: cost,
		says: "start of a function, to its AWS clients' alone",
	},
	{pkg: "test/e2e/lambdahost", of: "Start", unit: "processor-x-clients", better: cost},
}

// The units of ratios.
const (
	speed = "speed" // to the reference's: the more the better
	cost  = "cost"  // to the reference's: the less the better
)

// ratio is the unit of a pair's ratio.
func (p pair) ratio() string {
	switch {
	case p.better != "":
		return p.better
	case strings.HasSuffix(p.unit, "/s"):
		return speed
	}
	return cost
}

// name is that of a pair's ratio, as a benchmark's.
func (p pair) name() string {
	if p.to == "" {
		return p.of + "/" + p.unit
	}
	return p.of + "/to=" + p.to
}

// figure is a pair's ratio.
func (p pair) figure() figure { return figure{p.pkg, p.name(), p.ratio()} }
