"""The CRMs: each over its own library, against a server that answers as the vendor documents."""
