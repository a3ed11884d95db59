package webhook

import (
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// The example that libraries of Standard Webhooks are held to.
func TestSignature(t *testing.T) {
	t.Parallel()
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if text := SecretText(key); text != "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" {
		t.Errorf("the secret is %s", text)
	}
}

func TestWhatIsPublic(t *testing.T) {
	t.Parallel()
	for _, private := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3",
		"198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1",
		"::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::a00:1",
		"fec0::1", "feff::1",
	} {
		if public(netip.MustParseAddr(private)) {
			t.Errorf("%s is public", private)
		}
	}
	for _, fine := range []string{"93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"} {
		if !public(netip.MustParseAddr(fine)) {
			t.Errorf("%s is not public", fine)
		}
	}
}

// FuzzPublic: what leads to a private IPv4 address is as private as that, however IPv6
// writes it; and what is of one's own link, site or machine is never public.
func FuzzPublic(f *testing.F) {
	for _, text := range []string{"10.1.2.3", "169.254.169.254", "93.184.216.34", "127.0.0.1", "100.64.0.1", "0.0.0.0"} {
		f.Add(netip.MustParseAddr(text).AsSlice(), uint64(0), uint64(0))
	}
	for _, text := range []string{"fe80::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::1", "2606:2800:220:1::1"} {
		b := netip.MustParseAddr(text).As16()
		f.Add([]byte{10, 0, 0, 1}, binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:]))
	}
	f.Fuzz(func(t *testing.T, four []byte, high, low uint64) {
		if v4, ok := netip.AddrFromSlice(four); ok && v4.Is4() {
			for name, begins := range map[string][]byte{
				"in IPv6": {10: 0xff, 11: 0xff}, "compatible": {11: 0}, "NAT64": {0, 0x64, 0xff, 0x9b, 11: 0},
			} {
				six, _ := netip.AddrFromSlice(append(begins[:12:12], four...))
				if public(six) && !public(v4) {
					t.Errorf("%s, which is %s %s, is public", six, v4, name)
				}
			}
			six, _ := netip.AddrFromSlice(append([]byte{0x20, 0x02}, append(four[:4:4], make([]byte, 10)...)...))
			if public(six) && !public(v4) {
				t.Errorf("%s, which is 6to4 of %s, is public", six, v4)
			}
		}
		var b [16]byte
		binary.BigEndian.PutUint64(b[:8], high)
		binary.BigEndian.PutUint64(b[8:], low)
		own := b[0]&0xfe == 0xfc || b[0] == 0xfe && b[1]&0x80 != 0 || b[0] == 0xff || high == 0
		if six := netip.AddrFrom16(b); own && !six.Is4In6() && public(six) {
			t.Errorf("%s is public", six)
		}
	})
}
