package image

import (
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// epoch stands where the format wants a time: what is made twice is the same.
var epoch = time.Unix(0, 0).UTC()

// nonroot is who the program runs as, and who owns its data: the number that
// images without users of their own commonly use.
const nonroot = 65532

// Config is how the image of a version is run. deploy/Dockerfile says the same.
func Config(version string) v1.Config {
	return v1.Config{
		Entrypoint: []string{"/sgsend"},
		Cmd:        []string{"serve"},
		User:       "65532:65532",
		Env: []string{
			"PATH=/", // by which a person in the container finds the program
			"SEND__DISK_PATH=/data",
			"SEND__USER_ADDR=:8080",
			"SEND__ADMIN_ADDR=:8081",
		},
		ExposedPorts: map[string]struct{}{"8080/tcp": {}, "8081/tcp": {}},
		Volumes:      map[string]struct{}{"/data": {}},
		StopSignal:   "SIGTERM",
		// OCI has no word for it; Docker reads it from where its own format has it.
		Healthcheck: &v1.HealthConfig{
			Test:        []string{"CMD", "/sgsend", "health"},
			Interval:    30 * time.Second,
			Timeout:     10 * time.Second,
			StartPeriod: 10 * time.Second,
			Retries:     3,
		},
		Labels: annotations(version),
	}
}

// annotations say what the image is, in OCI's words.
func annotations(version string) map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":       "sgsend",
		"org.opencontainers.image.description": "SGraph Send: files that nobody in between can read",
		"org.opencontainers.image.version":     version,
		"org.opencontainers.image.licenses":    "Apache-2.0",
	}
}
