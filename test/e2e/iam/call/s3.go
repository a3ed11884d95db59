package call

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sgraph.ai/send/test/e2e/iam"
)

var objects = service{
	prefix: "s3", protocol: byBucket,
	keys: []string{"s3:prefix", "s3:delimiter", "s3:max-keys", "s3:x-amz-acl", "s3:x-amz-copy-source"},
}

// What is asked of a bucket, by the query that asks for it; "" is the bucket itself.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var (
	bucketReads = map[string]string{
		"": "ListBucket", "accelerate": "GetAccelerateConfiguration", "acl": "GetBucketAcl", "cors": "GetBucketCORS",
		"encryption": "GetEncryptionConfiguration", "lifecycle": "GetLifecycleConfiguration",
		"location": "GetBucketLocation", "logging": "GetBucketLogging", "metrics": "GetMetricsConfiguration",
		"notification": "GetBucketNotification", "object-lock": "GetBucketObjectLockConfiguration",
		"ownershipControls": "GetBucketOwnershipControls", "policy": "GetBucketPolicy",
		"policyStatus": "GetBucketPolicyStatus", "publicAccessBlock": "GetBucketPublicAccessBlock",
		"replication": "GetReplicationConfiguration", "requestPayment": "GetBucketRequestPayment",
		"tagging": "GetBucketTagging", "uploads": "ListBucketMultipartUploads", "versioning": "GetBucketVersioning",
		"versions": "ListBucketVersions", "website": "GetBucketWebsite",
	}
	bucketWrites = map[string]string{
		"": "CreateBucket", "accelerate": "PutAccelerateConfiguration", "acl": "PutBucketAcl", "cors": "PutBucketCORS",
		"encryption": "PutEncryptionConfiguration", "lifecycle": "PutLifecycleConfiguration", "logging": "PutBucketLogging",
		"metrics": "PutMetricsConfiguration", "notification": "PutBucketNotification",
		"ownershipControls": "PutBucketOwnershipControls", "policy": "PutBucketPolicy",
		"publicAccessBlock": "PutBucketPublicAccessBlock", "tagging": "PutBucketTagging", "versioning": "PutBucketVersioning",
		"website": "PutBucketWebsite",
	}
	// Taking a setting away is putting it, but for two that have actions of their own.
	bucketDeletes = map[string]string{
		"": "DeleteBucket", "cors": "PutBucketCORS", "encryption": "PutEncryptionConfiguration",
		"lifecycle": "PutLifecycleConfiguration", "metrics": "PutMetricsConfiguration",
		"ownershipControls": "PutBucketOwnershipControls", "policy": "DeleteBucketPolicy",
		"publicAccessBlock": "PutBucketPublicAccessBlock", "tagging": "PutBucketTagging", "website": "DeleteBucketWebsite",
	}
)

// settles are the parameters of a query that say what is asked for; the others say how.
func settles(query url.Values) (string, error) {
	asked := ""
	for name := range query {
		_, reads := bucketReads[name]
		_, writes := bucketWrites[name]
		if name == "" || !reads && !writes && name != "delete" && name != "uploads" {
			continue
		}
		if asked != "" {
			return "", fmt.Errorf("it asks for %s and %s", asked, name)
		}
		asked = name
	}
	return asked, nil
}

// how are the parameters that change nothing of what is needed.
var how = map[string]bool{
	"list-type": true, "max-keys": true, "prefix": true, "delimiter": true, "continuation-token": true,
	"start-after": true, "fetch-owner": true, "encoding-type": true, "marker": true, "key-marker": true,
	"upload-id-marker": true, "version-id-marker": true, "max-uploads": true, "id": true, "x-id": true,
	"partNumber": true, "uploadId": true, "versionId": true, "part-number-marker": true, "max-parts": true,
	"response-content-disposition": true, "response-content-type": true, "response-cache-control": true,
}

func byBucket(r *reading, s service) error {
	query := r.request.URL.Query()
	for name := range query {
		_, known := bucketReads[name]
		if _, writes := bucketWrites[name]; !known && !writes && !how[name] && name != "delete" &&
			!strings.HasPrefix(strings.ToLower(name), "x-amz-") {
			return fmt.Errorf("what ?%s asks for is not known", name)
		}
	}
	path, err := url.PathUnescape(r.request.URL.EscapedPath())
	if err != nil {
		return err
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	what, err := settles(query)
	if err != nil {
		return err
	}
	first := len(r.call.Needs)
	switch {
	case bucket == "":
		if r.request.Method != "GET" || what != "" {
			return errors.New("no such operation is known")
		}
		r.s3(s, "ListAllMyBuckets", "*")
	case key == "":
		err = r.bucket(s, "arn:aws:s3:::"+bucket, what, query)
	default:
		err = r.object(s, bucket, key, what, query)
	}
	if err == nil && len(r.call.Needs) == first {
		err = errors.New("no such operation is known")
	}
	return err
}

// s3 notes a permission with what its conditions can compare.
func (r *reading) s3(s service, action, resource string) *iam.Request {
	if r.call.Operation == "" {
		r.call.Operation = action
	}
	need := r.also("s3:"+action, resource)
	for _, key := range s.keys {
		need.Keys[key] = nil
	}
	for key, header := range map[string]string{"s3:x-amz-acl": "X-Amz-Acl", "s3:x-amz-copy-source": "X-Amz-Copy-Source"} {
		if v := r.request.Header.Get(header); v != "" {
			need.Keys[key] = []string{v}
		}
	}
	return need
}

func (r *reading) bucket(s service, arn, what string, query url.Values) error {
	var table map[string]string
	switch r.request.Method {
	case "GET":
		table = bucketReads
	case "HEAD":
		table = map[string]string{"": "ListBucket"}
	case "PUT":
		table = bucketWrites
	case "DELETE":
		table = bucketDeletes
	case "POST":
		if what == "delete" {
			return r.deletes(s, arn)
		}
	}
	action := table[what]
	if action == "" {
		return errors.New("no such operation is known")
	}
	need := r.s3(s, action, arn)
	for _, key := range []string{"prefix", "delimiter", "max-keys"} {
		if query.Has(key) {
			need.Keys["s3:"+key] = []string{query.Get(key)}
		}
	}
	if action == "CreateBucket" && strings.Contains(string(r.body), "<Tag>") {
		r.s3(s, "TagResource", arn)
	}
	return nil
}

// deletes is a list of objects to delete.
func (r *reading) deletes(s service, arn string) error {
	var all struct {
		Objects []struct{ Key, VersionID string } `xml:"Object"`
	}
	body := strings.ReplaceAll(string(r.body), "VersionId>", "VersionID>")
	if err := xml.Unmarshal([]byte(body), &all); err != nil {
		return err
	}
	for _, o := range all.Objects {
		action := "DeleteObject"
		if o.VersionID != "" {
			action = "DeleteObjectVersion"
		}
		r.s3(s, action, arn+"/"+o.Key)
	}
	return nil
}

func (r *reading) object(s service, bucket, key, what string, query url.Values) error {
	arn := "arn:aws:s3:::" + bucket + "/" + key
	version := ""
	if query.Has("versionId") {
		version = "Version"
	}
	switch method, upload := r.request.Method, query.Has("uploadId"); {
	case method == "GET" && upload:
		r.s3(s, "ListMultipartUploadParts", arn)
	case (method == "GET" || method == "HEAD") && what == "":
		r.s3(s, "GetObject"+version, arn)
		// S3 tells only those that something is not there who may list the bucket.
		list := *r.s3(s, "ListBucket", "arn:aws:s3:::"+bucket)
		r.call.Needs = r.call.Needs[:len(r.call.Needs)-1]
		r.call.ToMiss = &list
	case method == "GET" && what == "tagging":
		r.s3(s, "GetObject"+version+"Tagging", arn)
	case method == "GET" && what == "acl":
		r.s3(s, "GetObject"+version+"Acl", arn)
	case method == "PUT" && what == "tagging":
		r.s3(s, "PutObject"+version+"Tagging", arn)
	case method == "PUT" && what == "", method == "POST" && (upload || query.Has("uploads")):
		r.s3(s, "PutObject", arn)
		return r.beside(s, arn)
	case method == "DELETE" && upload:
		r.s3(s, "AbortMultipartUpload", arn)
	case method == "DELETE" && what == "tagging":
		r.s3(s, "DeleteObject"+version+"Tagging", arn)
	case method == "DELETE" && what == "":
		r.s3(s, "DeleteObject"+version, arn)
	}
	return nil
}

// beside is what headers ask for beside the object itself.
func (r *reading) beside(s service, arn string) error {
	header := r.request.Header
	if header.Get("X-Amz-Tagging") != "" {
		r.s3(s, "PutObjectTagging", arn)
	}
	for name := range header {
		if name == "X-Amz-Acl" || strings.HasPrefix(name, "X-Amz-Grant-") {
			r.s3(s, "PutObjectAcl", arn)
			break
		}
	}
	if source := header.Get("X-Amz-Copy-Source"); source != "" {
		path, version, _ := strings.Cut(source, "?versionId=")
		from, err := url.PathUnescape(strings.TrimPrefix(path, "/"))
		if err != nil {
			return err
		}
		action := "GetObject"
		if version != "" {
			action = "GetObjectVersion"
		}
		r.s3(s, action, "arn:aws:s3:::"+from)
	}
	return nil
}
