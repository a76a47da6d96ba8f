import Glibc
import Testing
import VigieCrypto
import VigieRegistry

@Suite struct OpenFolderTests {
    private static func read(_ folder: String, _ file: String, bytesMax: Int = 100) -> String {
        do throws(FileError) {
            let bytes = try OpenFolder(folder).read(file, bytesMax: bytesMax)
            return String(decoding: bytes, as: UTF8.self)
        } catch { return error.detail }
    }

    @Test func files_within_are_read_and_digested() throws {
        let registry = TestRegistry()
        registry.put("abc", "v/sub/a.txt")
        let folder = "\(registry.path)/v"
        #expect(Self.read(folder, "sub/a.txt") == "abc")
        #expect(try OpenFolder(folder).digest("sub/a.txt") == SHA256.digest(of: Array("abc".utf8)))
        #expect(try OpenFolder(folder).stamp("sub/a.txt").bytes == 3)
        #expect(
            Self.read(folder, "sub/a.txt", bytesMax: 2)
                == "it has 3 bytes, more than the limit of 2")
        #expect(Self.read(folder, "sub") == "it is no regular file")
        #expect(Self.read(folder, "none") == "No such file or directory")
    }

    @Test func no_link_leads_out() {
        let registry = TestRegistry()
        registry.put("secret", "secret.txt")
        registry.put("sibling", "v2/a.txt")
        registry.put("abc", "v/a.txt")
        let folder = "\(registry.path)/v"
        symlink("\(registry.path)/secret.txt", "\(folder)/absolute")
        symlink("../secret.txt", "\(folder)/relative")
        symlink("..", "\(folder)/up")
        symlink("../v2/a.txt", "\(folder)/sibling")
        symlink("a.txt", "\(folder)/inside")
        for file in ["absolute", "relative", "up/secret.txt", "sibling", "../secret.txt"] {
            #expect(Self.read(folder, file) == "it leads out of the version's folder", "\(file)")
        }
        // As Kubernetes mounts a ConfigMap: links that stay inside.
        #expect(Self.read(folder, "inside") == "abc")
    }

    @Test func a_version_folder_may_itself_be_a_link() {
        let registry = TestRegistry()
        registry.put("abc", "real/a.txt")
        symlink("\(registry.path)/real", "\(registry.path)/link")
        #expect(Self.read("\(registry.path)/link", "a.txt") == "abc")
    }

    @Test func a_named_pipe_does_not_block() {
        let registry = TestRegistry()
        registry.put("abc", "v/a.txt")
        mkfifo("\(registry.path)/v/pipe", 0o644)
        #expect(Self.read("\(registry.path)/v", "pipe") == "it is no regular file")
    }
}
