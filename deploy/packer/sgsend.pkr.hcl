# A machine image of Amazon Linux with SGraph Send, of the rpm that a release has:
#
#   packer init deploy/packer
#   packer build -var version=v0.4.0 -var rpm=sgsend-linux-arm64.rpm -var sha256=... deploy/packer
#
# The image serves as soon as it boots, from its own disk and without asking
# anything of the network; docs/run/ami.md says how it is told more.

variable "version" {
  type        = string
  description = "Version of the rpm, such as v0.4.0."
  validation {
    condition     = regex_replace(var.version, "^v[0-9]+\\.[0-9]+\\.[0-9]+$", "") == ""
    error_message = "The version must be that of a release, such as v0.4.0."
  }
}

variable "rpm" {
  type        = string
  description = "Path of the release's rpm for the architecture."
}

variable "sha256" {
  type        = string
  description = "Digest of the rpm, as the release's SHA256SUMS has it."
  validation {
    condition     = regex_replace(var.sha256, "^[0-9a-f]{64}$", "") == ""
    error_message = "The digest must be 64 hexadecimal digits."
  }
}

variable "architecture" {
  type        = string
  description = "arm64 or x86_64."
  default     = "arm64"
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture must be arm64 or x86_64."
  }
}

variable "region" {
  type        = string
  description = "Where the image is made, and kept."
  default     = "eu-west-2"
}

variable "kms_key" {
  type        = string
  description = "Key that encrypts the image; empty is the account's own for EBS, with which it cannot be shared."
  default     = ""
}

variable "subnet" {
  type        = string
  description = "Subnet in which it is made, with a way to the internet; empty is one of the default VPC."
  default     = ""
}

locals {
  instance_types = {
    arm64  = "t4g.small"
    x86_64 = "t3.small"
  }
  tags = {
    Name    = "sgsend-${var.version}-${var.architecture}"
    Version = var.version
    Digest  = var.sha256
    Base    = "{{ .SourceAMIName }}"
  }
}

source "amazon-ebs" "sgsend" {
  region        = var.region
  instance_type = local.instance_types[var.architecture]
  subnet_id     = var.subnet

  # The latest Amazon Linux 2023, by its makers alone; not the minimal one, which
  # has no agent of the session manager.
  source_ami_filter {
    filters = {
      name                = "al2023-ami-2023.*-kernel-6.1-${var.architecture}"
      architecture        = var.architecture
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    owners      = ["amazon"]
    most_recent = true
  }

  ami_name        = "sgsend-${var.version}-${var.architecture}"
  ami_description = "SGraph Send ${var.version} on Amazon Linux 2023"
  tags            = local.tags
  snapshot_tags   = local.tags

  # Instances of the image, and the one that it is made on, give no credentials
  # to whoever can only make a service ask for an address.
  imds_support = "v2.0"
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  encrypt_boot = true
  kms_key_id   = var.kms_key
  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = 8
    iops                  = 3000
    throughput            = 125
    encrypted             = true
    delete_on_termination = true
  }

  # Only from here, while it is made; the key does not stay.
  ssh_username                              = "ec2-user"
  temporary_key_pair_type                   = "ed25519"
  temporary_security_group_source_public_ip = true
  ssh_clear_authorized_keys                 = true
}

build {
  sources = ["source.amazon-ebs.sgsend"]

  provisioner "file" {
    source      = var.rpm
    destination = "/tmp/sgsend.rpm"
  }

  provisioner "shell" {
    script           = "${path.root}/install.sh"
    environment_vars = ["SHA256=${var.sha256}"]
    execute_command  = "chmod +x {{ .Path }}; sudo env {{ .Vars }} {{ .Path }}"
  }
}
