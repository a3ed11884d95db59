package settings

import "cmp"

// Buckets is how buckets are reached: those of S3, or of what speaks as S3 does.
type Buckets struct {
	Endpoint  string // "" = AWS's
	Region    string
	PathStyle bool // they stand in the path of a URL, not in the name of its host

	AccessKeyID     string // "" = the credentials that the SDK finds
	SecretAccessKey Secret
}

// KeepsOnDisk says whether bytes or ledger are on this machine: then one can be
// lost, or restored, without the other, and nobody else sweeps them.
func (s Service) KeepsOnDisk() bool { return s.Mode == Disk || s.LedgerMode == Disk }

// place reads where bytes and ledger are.
func (s *Service) place(e *Env) {
	s.Mode = StorageMode.Required(e)
	usual := map[string]string{S3: DynamoDB, Disk: Disk}
	s.LedgerMode = LedgerMode.Or(e, usual[s.Mode])
	if s.KeepsOnDisk() {
		s.DiskPath = DiskPath.Required(e)
	}
	if s.Mode == S3 {
		s.S3 = e.buckets()
	} else if endpoint := S3Endpoint.In(e); endpoint != "" && s.Mode == Disk {
		e.Fault(S3Endpoint.Env, "is of no use where %s is %s: set that to %s, or leave this away",
			StorageMode.Env, s.Mode, S3)
	}
	s.LedgerEndpoint = LedgerEndpoint.In(e)
	switch {
	case s.LedgerMode == DynamoDB:
		s.LedgerTable = LedgerTable.Required(e)
		if e.region() == "" {
			e.Fault("AWS_REGION", "is not set: set it to the region of the table that keeps the ledger")
		}
	case s.LedgerEndpoint != "" && s.LedgerMode == Disk:
		e.Fault(LedgerEndpoint.Env, "is of no use where the ledger is on disk: set %s to %s, or leave this away",
			LedgerMode.Env, DynamoDB)
	}
}

// region is AWS's, as the SDK finds it in the environment.
func (e *Env) region() string { return cmp.Or(e.Text("AWS_REGION"), e.Text("AWS_DEFAULT_REGION")) }

// buckets reads how buckets are reached.
func (e *Env) buckets() Buckets {
	b := Buckets{
		Endpoint:        S3Endpoint.In(e),
		Region:          S3Region.Or(e, e.region()),
		AccessKeyID:     S3AccessKeyID.In(e),
		SecretAccessKey: S3SecretAccessKey.In(e),
	}
	// As the SDK reads them, but not only for itself: pages are told where the
	// bucket is.
	for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if text := e.Text(name); text != "" && b.Endpoint == "" {
			endpoint, err := URL().Parse(text)
			if err != nil {
				e.Fault(name, "%v", err)
			}
			b.Endpoint = endpoint
		}
	}
	b.PathStyle = S3PathStyle.Or(e, b.Endpoint != "")
	if b.Region == "" {
		e.Fault("AWS_REGION", "is not set: set it, or %s, to the region of the bucket", S3Region.Env)
	}
	switch {
	case b.AccessKeyID != "" && !b.SecretAccessKey.Set():
		e.Fault(S3SecretAccessKey.Env, "is not set, and %s is: set both, or neither", S3AccessKeyID.Env)
	case b.AccessKeyID == "" && b.SecretAccessKey.Set():
		e.Fault(S3AccessKeyID.Env, "is not set, and %s is: set both, or neither", S3SecretAccessKey.Env)
	}
	return b
}
