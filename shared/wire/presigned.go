package wire

import (
	"net/url"
	"strings"
)

// What is too large to go through the service itself goes by URLs that carry
// their own permission: those of S3, or the service's own where there is none.
var (
	// Capabilities says how the service takes large uploads.
	Capabilities = route(User, get, "/api/presigned/capabilities")

	// InitiateUpload opens an upload in parts, each of which is PUT to a URL
	// of its own.
	InitiateUpload = route(User, post, "/api/presigned/initiate")

	// ResumeUpload says what the store has of an upload in parts that is open,
	// and where the parts go that it lacks.
	ResumeUpload = route(User, post, "/api/presigned/resume")

	// AssembleUpload makes the ciphertext of the parts. It can be repeated.
	AssembleUpload = route(User, post, "/api/presigned/complete")

	// CancelUpload gives up an upload in parts. It can be repeated.
	CancelUpload = route(User, post, "/api/presigned/cancel/{transfer_id}/{upload_id}")

	// UploadURL makes a URL that a whole ciphertext can be PUT to.
	UploadURL = route(User, get, "/api/presigned/upload-url/{transfer_id}")

	// DownloadURL makes a URL of the ciphertext, and counts a download. The
	// URL can be asked again to resume it; with the permit that comes with it,
	// another is made, and no download counted.
	DownloadURL = route(User, get, "/api/presigned/download-url/{transfer_id}")

	// PutLink takes what is PUT to a URL that the service signed itself, and
	// answers with its ETag.
	PutLink = route(User, put, "/api/presigned/bytes/{link}")

	// GetLink answers the ciphertext, or a range of it, of such a URL.
	GetLink = route(User, get, "/api/presigned/bytes/{link}")
)

// What the paths of presigned uploads and downloads hold.
var (
	// UploadID names an upload in parts.
	UploadID = parameter(Parameter{Name: "upload_id", In: InPath})

	// Link is what the service signed: all the permission there is.
	Link = parameter(Parameter{Name: "link", In: InPath, Secret: true})
)

// OwnPath returns the path of a URL that the service signed itself, which holds
// at whatever address a client reaches the service by; "" of any other, such as
// S3's.
func OwnPath(link string) string {
	u, err := url.Parse(link)
	if err != nil || !strings.HasPrefix(u.EscapedPath(), GetLink.To("")) {
		return ""
	}
	return u.RequestURI()
}

// BucketOrigin returns the origin of the URLs that AWS's permissions come in, of
// which the path names the bucket, or else the host, as far as a certificate has it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func BucketOrigin(bucket, region string, pathStyle bool) string {
	host := "s3." + region + ".amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		host += ".cn"
	}
	if !pathStyle && !strings.Contains(bucket, ".") {
		host = bucket + "." + host
	}
	return "https://" + host
}

// CapabilitiesReply is how large uploads are taken.
type CapabilitiesReply struct {
	PresignedUpload   bool  `json:"presigned_upload"`
	MultipartUpload   bool  `json:"multipart_upload"`
	PresignedDownload bool  `json:"presigned_download"`
	DirectUpload      bool  `json:"direct_upload"`
	ResumeUpload      bool  `json:"resume_upload"`
	MaxPartSize       int64 `json:"max_part_size"` // bytes, what known clients cut parts to
	MinPartSize       int64 `json:"min_part_size"` // bytes
	MaxParts          int   `json:"max_parts"`
}

// InitiateUploadRequest asks for an upload in parts.
type InitiateUploadRequest struct {
	TransferID    string `json:"transfer_id"`
	FileSizeBytes int64  `json:"file_size_bytes"`
	NumParts      int    `json:"num_parts,omitzero"` // 0 = the service chooses
	PartSize      int64  `json:"part_size,omitzero"` // bytes that a part should have; 0 = the service chooses
}

// InitiateUploadReply is where the parts go.
type InitiateUploadReply struct {
	TransferID string    `json:"transfer_id"`
	UploadID   string    `json:"upload_id"`
	PartURLs   []PartURL `json:"part_urls"`
	PartSize   int64     `json:"part_size"` // bytes, of each part but the last
}

// PartURL is where one part is PUT.
type PartURL struct {
	PartNumber int    `json:"part_number"` // from 1
	UploadURL  string `json:"upload_url"`  // absolute
}

// ResumeUploadRequest asks how an upload in parts stands.
type ResumeUploadRequest struct {
	TransferID string `json:"transfer_id"`
}

// ResumeUploadReply is how it stands: by the word of the ledger and the store. Where
// the parts were put together already it has nothing but TransferID and Assembled.
type ResumeUploadReply struct {
	TransferID    string         `json:"transfer_id"`
	UploadID      string         `json:"upload_id,omitzero"`
	PartSize      int64          `json:"part_size,omitzero"`       // bytes, of each part but the last
	FileSizeBytes int64          `json:"file_size_bytes,omitzero"` // as it was initiated
	Parts         []UploadedPart `json:"parts,omitempty"`          // those that are there, by their number
	PartURLs      []PartURL      `json:"part_urls,omitempty"`      // of those that are not
	Assembled     bool           `json:"assembled,omitzero"`
}

// UploadedPart is a part that the store has.
type UploadedPart struct {
	PartNumber int    `json:"part_number"`
	Size       int64  `json:"size"` // bytes
	ETag       string `json:"etag"` // as the reply to its PUT had it
}

// AssembleUploadRequest names the parts that were uploaded.
type AssembleUploadRequest struct {
	TransferID string `json:"transfer_id"`
	UploadID   string `json:"upload_id"`
	Parts      []Part `json:"parts"`
}

// Part is a part that was uploaded.
type Part struct {
	PartNumber int    `json:"part_number"`
	ETag       string `json:"etag"` // as the reply to its PUT had it
}

// AssembleUploadReply is a ciphertext made of parts.
type AssembleUploadReply struct {
	TransferID string `json:"transfer_id"`
	Status     string `json:"status"` // Assembled
	ETag       string `json:"etag"`
}

// CancelUploadReply is an upload that was given up.
type CancelUploadReply struct {
	TransferID string `json:"transfer_id"`
	Status     string `json:"status"` // Cancelled
}

// UploadURLReply is where a ciphertext is PUT.
type UploadURLReply struct {
	TransferID string `json:"transfer_id"`
	UploadURL  string `json:"upload_url"` // absolute
	ExpiresIn  int64  `json:"expires_in"` // seconds
}

// DownloadURLReply is where a ciphertext is.
type DownloadURLReply struct {
	TransferID  string `json:"transfer_id"`
	DownloadURL string `json:"download_url"` // absolute
	ExpiresIn   int64  `json:"expires_in"`   // seconds
}
