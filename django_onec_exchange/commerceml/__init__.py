"""CommerceML 2 and 3 documents: plain values, their validation, a streaming writer and reader.

Pure: neither Django nor the exchange protocol is imported here, so the package can be used, tested and
benchmarked without a site.
"""
