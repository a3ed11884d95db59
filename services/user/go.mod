module sgraph.ai/send/services/user

go 1.26

require sgraph.ai/send/shared v0.0.0

replace sgraph.ai/send/shared => ../../shared
